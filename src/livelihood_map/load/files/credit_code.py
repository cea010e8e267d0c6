"""The unified social credit code (统一社会信用代码) of whoever runs an outlet: GB 32100-2015.

Eighteen figures and letters, the last of which checks the others. It joins registers and lists
without names; one enterprise may run several outlets, so a code alone may mean several.
"""

from __future__ import annotations

from typing import Final

from livelihood_map.load.files.raw import text_of

_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""What a code is written in, each worth its place; I, O, S, V and Z are left out."""
_WEIGHTS: Final = tuple(3**place % 31 for place in range(17))
_LENGTH: Final = 18


def credit_code_of(value: object) -> str | None:
    """Return a code as it is compared: capitals, no blanks; None for an empty cell.

    Raises
    ------
    ValueError
        When the cell holds no code, or one whose last sign does not check the others.

    Examples
    --------
    >>> credit_code_of("9135 0100 m000 100y 43"), credit_code_of("")
    ('91350100M000100Y43', None)
    """
    code = "".join(text_of(value).split()).replace("-", "").upper()
    if not code:
        return None
    if len(code) != _LENGTH or any(sign not in _SIGNS for sign in code):
        raise ValueError(code)
    total = sum(_SIGNS.index(sign) * w for sign, w in zip(code, _WEIGHTS, strict=False))
    if _SIGNS[-total % 31] != code[-1]:
        raise ValueError(code)
    return code


def shown_code(written: str) -> str:
    """Return what somebody wrote as a code, or nothing where it is none.

    Examples
    --------
    >>> shown_code("91350100M000100Y43"), shown_code("春申菜市场")
    ('91350100M000100Y43', '')
    """
    try:
        return credit_code_of(written) or ""
    except ValueError:
        return ""
