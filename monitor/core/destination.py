"""What a destination's name stands for."""

import binascii
from base64 import b64decode
from dataclasses import dataclass

from monitor.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Webhook:
    """A machine that is posted signed JSON. `secrets` are written `whsec_…`: the one in force, and during a change the one before it;
    none: the messages are not signed. `private` allows addresses of this machine and of private networks."""

    url: Secret
    secrets: tuple[Secret, ...] = ()
    private: bool = False

    def keys(self) -> list[bytes] | None:
        """What to sign with, one key a secret; None if one of them is not written as it must be."""
        keys = [signing_key(secret) for secret in self.secrets]
        good = [key for key in keys if key is not None]
        return good if len(good) == len(keys) else None


def signing_key(secret: Secret) -> bytes | None:
    """The key that is written as `whsec_` and the Base64 of 24 to 64 bytes (as Standard Webhooks asks); None if it is not."""
    kind, prefix, written = secret.reveal().partition("whsec_")
    if kind or not prefix:
        return None
    try:
        key = b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if 24 <= len(key) <= 64 else None


# A name stands for an Apprise URL, or for a webhook of ours.
Address = Secret | Webhook
