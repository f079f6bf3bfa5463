"""How a mail looks: styles to be written into the elements themselves, for most mail programs read no others.

The colours are those of a light screen; `_mail.html.j2` gives the same classes those of a dark one. Every pair of text and ground has a
contrast of at least 4.5 to 1, and no colour says what a word does not.
"""

from monitor.core.significance import Significance
from monitor.render.sinks import Ours

_SYSTEM_FONTS = "-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif"
_ROW = "padding:6px 8px 6px 0;font-size:14px;text-align:left;vertical-align:top;border-top:1px solid #e5e8ed"

STYLES = {
    "page": f"margin:0;padding:0;background:#eef0f3;color:#1b2430;font:16px/1.5 {_SYSTEM_FONTS};-webkit-text-size-adjust:100%",
    "hidden": "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px",
    "card": "width:100%;max-width:600px;background:#ffffff;border:1px solid #d5dae1;border-radius:8px;border-collapse:separate",
    "inner": f"padding:20px 24px;font:16px/1.5 {_SYSTEM_FONTS};color:#1b2430;text-align:left;word-break:break-word",
    "h1": "margin:0 0 2px;font-size:22px;line-height:1.25;font-weight:700",
    "h2": "margin:28px 0 0;padding:0 0 6px;font-size:18px;line-height:1.3;border-bottom:2px solid #d5dae1",
    "h3": "margin:20px 0 0;font-size:16px;line-height:1.35;font-weight:700",
    "muted": "margin:0;font-size:14px;color:#566273",
    "small": "margin:6px 0 0;font-size:13px;line-height:1.45;color:#566273",
    "p": "margin:12px 0 0",
    "told": "margin:16px 0 0;font-weight:600;line-height:1.4",
    "because": "margin:4px 0 0;font-size:14px;color:#566273",
    "grid": "width:100%;border-collapse:collapse;margin:8px 0 0",
    "head": "padding:4px 8px 4px 0;font-size:12px;font-weight:600;color:#566273;text-align:left;vertical-align:bottom",
    "what": f"{_ROW};width:34%;font-weight:400;color:#566273",
    "number": f"{_ROW};width:20%;font-weight:400;white-space:nowrap",
    "cell": _ROW,
    "words": f"{_ROW};word-break:normal",
    "out": "color:#8a1c1c;background:#fdecec;text-decoration:line-through;padding:0 2px",
    "in": "color:#0d5c2f;background:#e3f6e9;text-decoration:underline;font-weight:600;padding:0 2px",
    "link": "color:#0b57a4;text-decoration:underline",
    "button": "display:inline-block;margin:18px 0 0;padding:9px 16px;border-radius:6px;background:#0b57a4;color:#ffffff;"
    "font-size:15px;font-weight:600;text-decoration:none",
    "code": "font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace",
    "foot": "margin:20px 0 0;padding:12px 0 0;border-top:1px solid #d5dae1;font-size:13px;line-height:1.5;color:#566273",
    "lead": "margin:12px 0 0;padding:10px 12px;border-left:4px solid #566273;background:#f2f4f7",
}
_PILL = "display:inline-block;padding:1px 8px;border-radius:4px;font-size:12px;line-height:1.6;font-weight:700;letter-spacing:.04em;"
_GROUND = {
    Significance.CRITICAL: "background:#b42318;color:#ffffff",
    Significance.NOTABLE: "background:#8a4b00;color:#ffffff",
    Significance.ROUTINE: "background:#3d5468;color:#ffffff",
    Significance.NOISE: "background:#e5e8ed;color:#3a4657",
}
CSS = {name: Ours(style) for name, style in STYLES.items()}
PILLS = {weight.name: Ours(_PILL + ground) for weight, ground in _GROUND.items()}
