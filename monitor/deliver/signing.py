"""Signatures as Standard Webhooks has them: https://github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`."""

import hmac
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime


def signed_headers(identity: str, now: datetime, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers by which a receiver knows the message, when it was sent, and that it was we who sent it.

    One signature for each key: during a change of secrets a receiver accepts whichever it knows. Without keys: no signature.
    """
    moment = str(int(now.timestamp()))
    content = f"{identity}.{moment}.".encode() + body
    signatures = [f"v1,{b64encode(hmac.digest(key, content, 'sha256')).decode()}" for key in keys]
    headers = {"webhook-id": identity, "webhook-timestamp": moment}
    return headers | {"webhook-signature": " ".join(signatures)} if signatures else headers
