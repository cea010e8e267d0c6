"""Forty pairs of names of towns that a careless program would lead astray or mix up."""

from __future__ import annotations

import unicodedata

LONG = "很长的名字" * 20

PAIRS = (
    ("../../x", "..\\..\\x"),
    ("/x", "\\x"),
    ("..", "."),
    ("...", "…"),
    ("", " "),
    ("甲/乙镇", "甲:乙镇"),
    ("甲*乙镇", "甲?乙镇"),
    ("甲|乙镇", "甲_乙镇"),
    ("甲<乙>镇", '甲"乙"镇'),
    ("甲/乙镇-2", "甲:乙镇-2"),
    ("CON", "con"),
    ("NUL.txt", "nul.TXT"),
    ("COM1", "com1"),
    ("LPT¹", "LPT1"),
    ("PRN ", "PRN."),
    ("CONIN$", "AUX"),
    ("_CON", "CON .x"),
    ("镇.", "镇 "),
    ("镇", "镇。"),
    (" 村", ".村"),
    ("\u3000里", "里\u3000"),
    ("Xin Town", "xin town"),
    ("STRASSE", "straße"),
    ("Ａ镇", "ａ镇"),
    ("\u00e9镇", "e\u0301镇"),
    ("\uac00镇", "\u1100\u1161镇"),
    ("\ufa0a镇", "\u898b镇"),
    ("\u200f东镇", "东镇"),
    ("西镇\u202etxt", "西镇txt"),
    ("南\u200b镇", "南\u00ad镇"),
    ("北\u200d镇", "\ufeff北镇"),
    ("上\x00镇", "上\t镇"),
    ("下\n镇", "下\x7f镇"),
    ("左\u2028镇", "左\x85镇"),
    ("😀镇", "😀\u200d镇"),
    (LONG + "甲", LONG + "乙"),
    ("x" * 119 + "é", "x" * 119 + "è"),
    ("😀" * 100, "😀" * 101),
    ("~$镇", "_$镇"),
    ("右\ud800镇", "右\udfff镇"),
)
NAMES = tuple(name for pair in PAIRS for name in pair)


def folded(name):
    """Return what a name is compared by, on the systems that take capitals for small letters."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFC", name).casefold())
