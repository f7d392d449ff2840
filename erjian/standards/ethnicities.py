"""民族 (GB/T 3304-1991): 56 nationalities with the numeric codes and the letters of the standard."""

from __future__ import annotations

from django.db.models import TextChoices


class Ethnicity(TextChoices):
    """民族 under the numeric code; 97 and 98 are the codes registers use beside the standard's."""

    HAN = "01", "汉族"
    MONGOL = "02", "蒙古族"
    HUI = "03", "回族"
    TIBETAN = "04", "藏族"
    UYGHUR = "05", "维吾尔族"
    MIAO = "06", "苗族"
    YI = "07", "彝族"
    ZHUANG = "08", "壮族"
    BUYEI = "09", "布依族"
    KOREAN = "10", "朝鲜族"
    MANCHU = "11", "满族"
    DONG = "12", "侗族"
    YAO = "13", "瑶族"
    BAI = "14", "白族"
    TUJIA = "15", "土家族"
    HANI = "16", "哈尼族"
    KAZAKH = "17", "哈萨克族"
    DAI = "18", "傣族"
    LI = "19", "黎族"
    LISU = "20", "傈僳族"
    VA = "21", "佤族"
    SHE = "22", "畲族"
    GAOSHAN = "23", "高山族"
    LAHU = "24", "拉祜族"
    SUI = "25", "水族"
    DONGXIANG = "26", "东乡族"
    NAXI = "27", "纳西族"
    JINGPO = "28", "景颇族"
    KYRGYZ = "29", "柯尔克孜族"
    TU = "30", "土族"
    DAUR = "31", "达斡尔族"
    MULAO = "32", "仫佬族"
    QIANG = "33", "羌族"
    BLANG = "34", "布朗族"
    SALAR = "35", "撒拉族"
    MAONAN = "36", "毛南族"
    GELAO = "37", "仡佬族"
    XIBE = "38", "锡伯族"
    ACHANG = "39", "阿昌族"
    PUMI = "40", "普米族"
    TAJIK = "41", "塔吉克族"
    NU = "42", "怒族"
    UZBEK = "43", "乌孜别克族"
    RUSSIAN = "44", "俄罗斯族"
    EWENKI = "45", "鄂温克族"
    DEANG = "46", "德昂族"
    BONAN = "47", "保安族"
    YUGUR = "48", "裕固族"
    JING = "49", "京族"
    TATAR = "50", "塔塔尔族"
    DERUNG = "51", "独龙族"
    OROQEN = "52", "鄂伦春族"
    HEZHEN = "53", "赫哲族"
    MONBA = "54", "门巴族"
    LHOBA = "55", "珞巴族"
    JINO = "56", "基诺族"
    OTHER = "97", "其他"
    FOREIGN_ORIGIN = "98", "外国血统"

    @property
    def letters(self) -> str:
        """The letter code, such as HA for 汉族; empty where the standard has none."""
        return _LETTERS.get(self.value, "")


_LETTERS = {
    "01": "HA", "02": "MG", "03": "HU", "04": "ZA", "05": "UG", "06": "MH", "07": "YI",
    "08": "ZH", "09": "BY", "10": "CS", "11": "MA", "12": "DO", "13": "YA", "14": "BA",
    "15": "TJ", "16": "HN", "17": "KZ", "18": "DA", "19": "LI", "20": "LS", "21": "VA",
    "22": "SH", "23": "GS", "24": "LH", "25": "SU", "26": "DX", "27": "NX", "28": "JP",
    "29": "KG", "30": "TU", "31": "DU", "32": "ML", "33": "QI", "34": "BL", "35": "SL",
    "36": "MN", "37": "GL", "38": "XB", "39": "AC", "40": "PM", "41": "TA", "42": "NU",
    "43": "UZ", "44": "RS", "45": "EW", "46": "DE", "47": "BN", "48": "YG", "49": "GI",
    "50": "TT", "51": "DR", "52": "OR", "53": "HZ", "54": "MB", "55": "LB", "56": "JN",
}  # fmt: skip
