"""Stand-ins for ids: the same in every message and on every day, meaningless without the key."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import tempfile
from pathlib import Path

from pydantic import SecretStr

from daywatch.errors import ConfigurationError, Where
from daywatch.settings import Settings

PSEUDONYM = re.compile(r"p-[0-9a-f]{10}")
SHORTEST_KEY = 16
"""Characters of a key that somebody chose; fewer could be guessed by trying."""


def pseudonym(value: object, key: str | bytes | SecretStr, kind: str = "") -> str:
    """A stable stand-in for an id: HMAC-SHA256, 10 hex digits.

    `key` is the installation's secret; without it anybody could hash all ids and compare. `kind`
    says whose id it is, so that staff 17 and account 17 are not taken for one.
    """
    secret = key.get_secret_value() if isinstance(key, SecretStr) else key
    secret = secret.encode() if isinstance(secret, str) else secret
    if not secret:
        raise ConfigurationError(
            "a confidential team's ids cannot be shown without a pseudonym key.",
            remedy="Give the installation a secret key for pseudonyms.",
        )
    text = f"{kind}\x1f{value}" if kind else str(value)
    digest = hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return "p-" + digest.hexdigest()[:10]


def pseudonym_key(settings: Settings) -> SecretStr:
    """The installation's key: the setting, else one made once and kept beside the data.

    Errors: `ConfigurationError` for a key that can be guessed, or a file that others may read.
    """
    if settings.pseudonym_key:
        if len(settings.pseudonym_key.get_secret_value()) < SHORTEST_KEY:
            raise ConfigurationError(
                f"DAYWATCH_PSEUDONYM_KEY has fewer than {SHORTEST_KEY} characters, "
                "so that ids could be found by trying keys.",
                remedy="Make one with `openssl rand -hex 32`.",
            )
        return settings.pseudonym_key
    path = settings.data / "pseudonym.key"
    if not path.exists():
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Write a new key under another name first: a second process never reads half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".pseudonym-")  # mode 0600
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    try:
        with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
            os.link(name, path)
    finally:
        Path(name).unlink()


def _read(path: Path) -> SecretStr:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise ConfigurationError(
            f"the pseudonym key may be read by others (mode {mode:04o}).",
            remedy=f"Run chmod 600 {path}; if somebody may have read it, remove it: "
            "a new one is made, and with it new pseudonyms.",
            where=Where(path),
        )
    try:
        key = path.read_text().strip()
    except PermissionError as error:
        raise ConfigurationError(
            "the pseudonym key belongs to another account.",
            remedy="Run as the account that runs Daywatch here, or set DAYWATCH_PSEUDONYM_KEY.",
            where=Where(path),
        ) from error
    if len(key) < SHORTEST_KEY:
        raise ConfigurationError(
            "the pseudonym key is empty or too short.",
            remedy="Remove the file: a new key is made, and with it new pseudonyms.",
            where=Where(path),
        )
    return SecretStr(key)
