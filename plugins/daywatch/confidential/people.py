"""Who is asking, and whose rows they may see clearly.

On a shared host the operating system's account is the boundary: nothing here is stronger than
who may become that account, and none of it binds somebody who can read the lake's files, the
warehouse's password or the pseudonym key without Daywatch.
"""

from __future__ import annotations

import grp
import os
import pwd

from daywatch.catalog.model import Team

GROUP = "group:"


def caller() -> str:
    """The login of the effective user; `uid-1234` for one without an account.

    The one place that decides it. There is deliberately no setting or variable that says who
    somebody is: whoever starts the command writes its environment. Behind a shared account (a
    container, `sudo -u daywatch`) everybody is that account, so that nobody is a second person.
    """
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"


def groups_of(login: str) -> frozenset[str]:
    """The names of the groups that the host's user database puts a login into."""
    try:
        first = pwd.getpwnam(login).pw_gid
    except KeyError:
        return frozenset()
    return frozenset(name for gid in os.getgrouplist(login, first) if (name := _group(gid)))


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return ""


def may_read(team: Team, who: str) -> bool:
    """Whether somebody may see a team's ids: always, but for a confidential team's."""
    if not team.confidential or who in team.readers:
        return True
    wanted = {one.removeprefix(GROUP) for one in team.readers if one.startswith(GROUP)}
    return bool(wanted) and not wanted.isdisjoint(groups_of(who))
