"""Settings with extreme values: a key, what stands there, and what the message must say."""

from __future__ import annotations

from small_office import SETTINGS

NUMBERS = {
    "run.seed": ("9223372036854775808", "-1", "1.5"),
    "network.join_limit_m": ("inf", "1e-300"),
    "network.margin_m": ("1e300", "nan"),
    "network.detour_factor": ("0.5", "1e9"),
    "network.max_pairs_n": ("0", "1e30"),
    "coverage.cutoff_m": ("inf", "-3000", '"3000"'),
    "coverage.nearest_n": ("1000000",),
    "coverage.at": ('"25:00"',),
    "gaps.zone_population": ("1e300", "0"),
    "gaps.zone_span_m": ("inf",),
    "candidates.street_spacing_m": ("1e-9",),
    "candidates.duplicate_m": ("-1",),
    "siting.sites_n": ("0", "9223372036854775808"),
    "siting.time_limit_s": ("inf", "0"),
    "siting.weights": ("{ population = -1 }", "{ population = inf }", "{ people = 1 }"),
    "siting.tiers_m": ("[1000, inf]",),
    "siting.rules.budget": ("1e300",),
    "siting.rules.town_floor_share": ('{ "*" = 1.5 }',),
    "stability.speed_share": ("1",),
    "stability.shifts_n": ("1000000000",),
    "mapping.grid_m": ("inf",),
    "programme.time_limit_s": ("-5",),
    "programme.delivery_radius_m": ("1e300",),
    "run.lang": ('"klingon"',),
    "run.date": ('"2023-02-31"',),
    "run.output": ('"a\\u0000b"',),
    "area.name": ('""', '"a\\u0001b"'),
}
"""Values by key, each out of its range or of another kind."""
WHOLE = {
    "no byte at all": b"",
    "no TOML": b"{}",
    "GBK": SETTINGS.encode("gb18030"),
    "UTF-16": SETTINGS.encode("utf-16"),
    "brackets 5,000 deep": b"a = " + b"[" * 5_000,
    "a figure of 5,000 digits": b"[run]\nseed = " + b"9" * 5_000,
    "a key twice": SETTINGS.replace("[area]", "[area]\nname = 'x'").encode(),
    "a day that there is not": b"[run]\ndate = 2023-02-31\n",
}
"""Whole files that are no settings."""


def with_value(key: str, value: str) -> str:
    """Return the settings of the small office with one value put in or replaced."""
    section, _, name = key.rpartition(".")
    lines = SETTINGS.strip().splitlines()
    head = f"[{section}]"
    if head not in lines:
        return "\n".join([*lines, head, f"{name} = {value}"])
    at = lines.index(head)
    end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith("[")), len(lines))
    kept = [line for line in lines[at + 1 : end] if not line.startswith(f"{name} =")]
    return "\n".join([*lines[: at + 1], f"{name} = {value}", *kept, *lines[end:]])


FILES = {
    **{f"{key} = {v}": with_value(key, v).encode() for key, vs in NUMBERS.items() for v in vs},
    **WHOLE,
}
"""Content by fault."""
