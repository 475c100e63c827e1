"""Which rules are on in which municipality: rows, and the log of who switched them."""

from datetime import datetime

from campaigns.triggers import rules
from campaigns.triggers.rules import Rule
from storage import audit, times
from storage.connection import Connection


def switched(db: Connection, rule: str) -> dict[str, bool]:
    """Municipality -> whether it has switched one rule on or off."""
    rows = db.execute("SELECT municipality, is_on FROM campaign_rules WHERE rule = :rule", {"rule": rule})
    return {row.text("municipality"): row.flag("is_on") for row in rows}


def of(db: Connection, municipality: str) -> dict[str, bool]:
    """Every rule, and whether it holds in a municipality."""
    rows = db.execute("SELECT rule, is_on FROM campaign_rules WHERE municipality = :m", {"m": municipality})
    said = {row.text("rule"): row.flag("is_on") for row in rows}
    return {key: said.get(key, rule.on) for key, rule in rules.load().items()}


def switch(db: Connection, municipality: str, rule: Rule, *, on: bool, by: str, now: datetime) -> bool:
    """Let a rule hold in a municipality or not; False where it was so already. What it has set off goes on."""
    if of(db, municipality)[rule.key] is on:
        return False
    db.execute(
        "INSERT INTO campaign_rules (municipality, rule, is_on, switched_by, switched_at)"
        " VALUES (:municipality, :rule, :is_on, :by, :now) ON CONFLICT (municipality, rule) DO UPDATE"
        " SET is_on = excluded.is_on, switched_by = excluded.switched_by, switched_at = excluded.switched_at",
        {"municipality": municipality, "rule": rule.key, "is_on": int(on), "by": by, "now": times.to_text(now)},
    )
    audit.append(
        db,
        now=now,
        actor=by,
        action=f"rule switched {'on' if on else 'off'}",
        subject=f"rule:{rule.key}",
        municipality=municipality,
    )
    return True
