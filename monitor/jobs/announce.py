"""The first sight of a trial is no news by itself: a list's readers are told once which trials are watched for them."""

from monitor.core.notification import Notification, key_of
from monitor.core.schedule import when_told
from monitor.core.significance import Significance
from monitor.core.watch import Watchlist
from monitor.jobs.context import Context
from monitor.jobs.wording import worded
from monitor.render.contexts import WatchedTrial, WatchingContext
from monitor.store.snapshots import snapshots
from monitor.store.watches import announce, unannounced


def announce_watching(context: Context, watchlist: Watchlist) -> None:
    """Tell a list's readers once which trials are watched for them: the first sight of a trial is no news by itself."""
    # A look may be at some sources only; what belongs to the others is announced after theirs.
    trials = [
        trial for trial in unannounced(context.database, watchlist.name) if trial.registry in context.doors
    ]
    if not trials:
        return
    now = context.clock.now()
    known = snapshots(context.database, trials)
    told = tuple(
        WatchedTrial(
            trial.number, context.doors[trial.registry].source.page_url(trial.number), known[trial].facts
        )
        for trial in trials
    )
    notifications = [
        Notification(
            key=key_of(
                "watching", watchlist.name, subscriber.name, *subscriber.to, *(str(trial) for trial in trials)
            ),
            kind="watching",
            subscriber=subscriber.name,
            watchlists=(watchlist.name,),
            destinations=subscriber.to,
            message=worded(context, subscriber, WatchingContext(watchlist.title, told, subscriber.language)),
            significance=Significance.ROUTINE,
            why=f"{watchlist.title}: watched from now on",
            due=when_told(subscriber, Significance.ROUTINE, now)[0],
        )
        for subscriber in watchlist.subscribers
    ]
    announce(context.database, watchlist.name, trials, notifications, now)
