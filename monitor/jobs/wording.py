"""A message's words: the built-in ones, or the reader's own where there is a template. A template that fails costs its words, never
the message; somebody is told, once for each mistake."""

from collections.abc import Iterable

from monitor.core.errors import Problem
from monitor.core.notification import Message
from monitor.core.watch import Subscriber
from monitor.jobs.context import Context
from monitor.jobs.notices import notices_to
from monitor.render.contexts import AlertContext, DigestContext, NoticeContext
from monitor.render.message import render_alert, render_digest, render_watching
from monitor.render.offered import Told, offered
from monitor.store.outbox import notify


def built_in(told: Told) -> Message:
    """The message in the words that every reader gets who has no template."""
    if isinstance(told, AlertContext):
        return render_alert(told)
    return render_digest(told) if isinstance(told, DigestContext) else render_watching(told)


def worded(context: Context, subscriber: Subscriber | None, told: Told) -> Message:
    """The message in the words of the subscriber's template, or in the built-in ones where there is none, or it fails.

    Call it outside of a transaction: what is wrong with a template is written down as a notice, at once.
    """
    message = built_in(told)
    if subscriber is None or not subscriber.template:
        return message
    values = offered(told, message.title, subscriber.name)
    message, problems = context.drafter.draft(subscriber.template, message, values)
    if problems:
        _tell(context, subscriber, problems)
    return message


def _tell(context: Context, subscriber: Subscriber, problems: Iterable[Problem]) -> None:
    """Tell the reader whose template it is, and the operator. The key is made of the mistake's place in files as they are now, so that
    the same one is never told twice, whatever values it met."""
    now = context.clock.now()
    files = context.drafter.templates().fingerprint
    readers = (*subscriber.to, *context.settings.operator)
    notices = [
        notice
        for problem in problems
        for notice in notices_to(
            readers,
            _notice(subscriber, problem),
            ("template", subscriber.template, files, *_place(problem)),
            now,
        )
    ]
    notify(context.database, notices, now)


def _place(problem: Problem) -> tuple[str, ...]:
    return (problem.file, problem.message if problem.line is None else str(problem.line))


def _notice(subscriber: Subscriber, problem: Problem) -> NoticeContext:
    return NoticeContext(
        f"The template “{subscriber.template}” cannot be used as it is",
        (
            str(problem),
            f"It words the messages for {subscriber.name}. They are sent all the same, in the built-in words.",
        ),
        f"mend it, then try it with `trialmon template check {subscriber.template}`",
    )
