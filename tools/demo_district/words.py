"""Names of roads, compounds and outlets: plausible and made up."""

from __future__ import annotations

from typing import Final

from demo_district.chance import Chance

_FIRST: Final = tuple("春秋景华锦瑞祥和安康乐泰嘉丽美欣荣盛福禄宝庆永长新明晨朝阳")
_SECOND: Final = tuple("申浦江湾园林森竹梅兰菊荷莲桂枫柏松溪河泾塘泽滨岸波庭轩德仁义")
_ROAD_FIRST: Final = tuple("沪申春景都银金莲顾龙虹吴剑碧鹤元江北东南中漕宁益富田罗秀放昆珠光瓶立绿")
_ROAD_SECOND: Final = tuple(
    "泾沈梅都川戴闵阳安平兴华明春秋实秀松柏杨桦榆槐桐柳棠樱浜溪桥塘港文友建联学"
)
ESTATE_ENDINGS: Final = (
    "花园", "苑", "新苑", "家园", "名苑", "公寓", "雅苑", "花苑", "景苑", "佳苑", "华庭", "小区",
    "名邸", "新城", "丽舍", "水岸",
)  # fmt: skip
OLD_ENDINGS: Final = ("新村", "一村", "二村", "三村", "四村", "小区")
_BRANDS: Final = ("申浦早点", "晨米包子", "老弄堂点心", "朝阳粥铺", "巴适面铺", "一品豆浆",
                  "百味馒头", "沪上早餐坊", "清晨大饼", "好煮意")  # fmt: skip
_STORES: Final = ("邻华便捷", "邻加便利", "好都便利", "日日鲜便利", "快一步便利")
_MARKETS: Final = ("万家惠超市", "农佳超市", "世纪佳超市", "鲜达生活超市", "乐购邻超市")
_REPEATED_SHARE: Final = 0.03
_SURNAMES: Final = tuple("王李张陈刘杨赵黄周吴徐孙朱马胡林郭何高罗")


class RoadNames:
    """Names of roads, each drawn once: first two characters and 路, then streets and lanes."""

    def __init__(self) -> None:
        pairs = [a + b for a in _ROAD_FIRST for b in _ROAD_SECOND if a != b]
        chance = Chance("roads")
        endings = ("路", "街", "弄", "巷", "里")
        self._names = [stem + end for end in endings for stem in chance.shuffled(pairs)]
        self._next = 0

    def draw(self) -> str:
        """Return the next name.

        Raises
        ------
        IndexError
            When all are taken.
        """
        self._next += 1
        return self._names[self._next - 1]


class EstateNames:
    """Names of compounds: different within a town, now and then the same in two towns."""

    def __init__(self) -> None:
        self._chance = Chance("estates")
        self._stems = self._chance.shuffled([a + b for a in _FIRST for b in _SECOND])
        self._taken: set[tuple[int, str]] = set()
        self._next = 0

    def draw(self, town: int, category: str) -> str:
        """Return a name that the town has not got yet.

        Parameters
        ----------
        town
            Position of the town.
        category
            Type of compound; villages end in 村, older estates in 新村.
        """
        while True:
            if self._chance.is_hit(_REPEATED_SHARE) and self._next:
                stem = self._stems[self._chance.whole(0, self._next - 1)]
            else:
                stem = self._stems[self._next % len(self._stems)]
                self._next += 1
            ending = (
                "村"
                if category == "农村村宅"
                else self._chance.pick(OLD_ENDINGS if category == "售后公房" else ESTATE_ENDINGS)
            )
            if (town, stem + ending) not in self._taken:
                self._taken.add((town, stem + ending))
                return stem + ending


def outlet_name(chance: Chance, category: str, road: str, number: int) -> str:
    """Return the name of a breakfast outlet of a type (业态).

    Raises
    ------
    KeyError
        When the type is none of the demo's.
    """
    shop = road.removesuffix("路")
    dish = chance.pick(("生煎", "葱油饼", "馄饨", "豆浆", "汤包"))
    names = {
        "连锁早餐门店": f"{chance.pick(_BRANDS)}（{shop}店）",
        "特色单店": f"{chance.pick(_SURNAMES)}记{dish}",
        "便利店+早餐": f"{chance.pick(_STORES)}（{road}{number}号店）",
        "网订柜取": f"智慧早餐柜（{shop}）",
        "流动餐车": f"早餐流动车{road}点",
        "菜场+早餐": f"{shop}菜市场早餐点",
        "超市+早餐": f"{chance.pick(_MARKETS)}（{shop}店）早餐",
        "社区食堂": f"{shop}社区食堂",
        "无人早餐车": f"无人早餐车{number}号",
        "外卖": f"{chance.pick(_BRANDS)}外送站（{shop}）",
    }
    return names[category]


def store_name(chance: Chance, category: str, road: str) -> str:
    """Return the name of a possible host (类型)."""
    shop = road.removesuffix("路")
    if category == "便利店":
        return f"{chance.pick(_STORES)}（{shop}店）"
    if category == "超市":
        return f"{chance.pick(_MARKETS)}（{shop}店）"
    return f"{shop}{category}"


def company_name(chance: Chance) -> str:
    """Return the name of a company."""
    stem = chance.pick(_FIRST) + chance.pick(_SECOND)
    return f"上海{stem}{chance.pick(('餐饮管理', '商贸', '市场经营管理'))}有限公司"


def person_name(chance: Chance) -> str:
    """Return a surname with 某: no person is meant."""
    return chance.pick(_SURNAMES) + "某"
