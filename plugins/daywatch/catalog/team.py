"""A team: its channels and people, when it is reached, and how an alert climbs to whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from daywatch.catalog.basics import Frozen, Handle, Name, Span

Reader = Annotated[str, Field(pattern=r"^(group:)?[a-z_][a-z0-9_.-]{0,31}\$?$")]
"""A login of the operating system, or one of its groups: ana, group:integrity."""
SlackId = Annotated[str, Field(pattern=r"^[USW][A-Z0-9]{2,20}$")]
"""A user (U, W) or user group (S)."""
SlackUser = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]
Channel = Annotated[str, Field(pattern=r"^(#[^\s#]{1,79}|[CG][A-Z0-9]{7,})$")]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
"""09:30, in the team's time zone; 24:00 is the day's end."""
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Owner(Frozen):
    """A rota or group that owns detections, and where Slack finds it."""

    slack: str = Field("", description="user or user group id, e.g. U012 or S012")
    email: str = ""


class Person(Frozen):
    """Somebody who may act on the team's alerts; everybody else is refused."""

    slack: SlackUser
    name: str = Field("", description="as messages write it; default: the key")


class Hours(Frozen):
    """When a team is reached, in its time zone; over midnight is two entries' work: not offered."""

    days: tuple[Weekday, ...] = WEEK
    start: ClockTime = "00:00"
    end: ClockTime = "24:00"

    @model_validator(mode="after")
    def _some_time(self) -> Hours:
        if self.start >= self.end or not self.days:
            raise ValueError("give at least one day, and a start before the end")
        return self


class Rung(Frozen):
    """One step of the escalation ladder: whom to call when nobody has acknowledged."""

    after: Span = Field(description="since the alert was opened, hours outside not counted")
    to: tuple[SlackId, ...] = ()
    channel: Channel | None = Field(None, description="a second channel that is told too")

    @model_validator(mode="after")
    def _somebody(self) -> Rung:
        if not self.to and self.channel is None:
            raise ValueError("a step calls somebody: give to, channel or both")
        return self


class Team(Frozen):
    """sql/<team>/team.yaml."""

    name: Name
    title: str
    channels: dict[Literal["alerts", "data", "digest"], str]
    owners: dict[Handle, Owner] = Field(min_length=1)
    people: dict[Handle, Person] = Field(
        default_factory=dict, description="who may acknowledge, assign, snooze, resolve, silence"
    )
    schedule: str = "0 4 * * *"
    digest: str = Field("0 8 * * *", description="cron of the morning digest")
    timezone: str = "UTC"
    timeout: Span = timedelta(minutes=15)
    max_rows: int = Field(200_000, ge=1)
    ready_deadline: Span = Field(timedelta(hours=4), description="after the run's start")
    alert_budget_per_week: int = Field(10, ge=0)
    summary_over: int = Field(5, ge=1, description="more alerts of one day become one summary")
    escalation: tuple[Rung, ...] = Field((), description="unacknowledged critical and high climb")
    paging_hours: Hours = Field(Hours(), description="when critical alerts climb")
    working_hours: Hours = Field(
        Hours(days=WEEK[:5], start="09:00", end="18:00"), description="when high alerts climb"
    )
    review_budget_per_day: int = Field(20, ge=1, description="findings the team can look at a day")
    confidential: bool = False
    portable: bool = Field(True, description="lint holds its SQL to sql/PORTABLE.md")
    readers: tuple[Reader, ...] = Field((), description="may see a confidential team's ids")

    @model_validator(mode="after")
    def _climbs(self) -> Team:
        times = [rung.after for rung in self.escalation]
        if times != sorted(set(times)):
            raise ValueError("escalation: each step comes later than the one before")
        return self
