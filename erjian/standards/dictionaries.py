"""The dictionaries of fixed answers, each under the code of its standard.

The stored value is the standard's code, the label is what screens and papers print. Members are
named in English so that rules can speak of ``Degree.NONE`` instead of "0".
"""

from __future__ import annotations

from django.db.models import TextChoices

from erjian.standards.ethnicities import Ethnicity

__all__ = [
    "ContractKind",
    "Currency",
    "Degree",
    "DocumentKind",
    "Education",
    "EnterpriseNature",
    "EnterpriseType",
    "Ethnicity",
    "QualificationGrade",
    "QualificationSeries",
    "RegistrationKind",
    "Sex",
]


class Sex(TextChoices):
    """性别 (GB/T 2261.1)."""

    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"
    UNSPECIFIED = "9", "未说明"


class DocumentKind(TextChoices):
    """证件类型. No national code list is common to the systems this one talks to."""

    ID_CARD = "id_card", "身份证"
    PASSPORT = "passport", "护照"
    OFFICER = "officer", "军官证"
    HM_PERMIT = "hm_permit", "港澳居民来往内地通行证"
    TW_PERMIT = "tw_permit", "台湾居民来往大陆通行证"
    HM_RESIDENCE = "hm_residence", "港澳居民居住证"
    TW_RESIDENCE = "tw_residence", "台湾居民居住证"


class Education(TextChoices):
    """学历 (GB/T 4658-2006)."""

    POSTGRADUATE = "10", "研究生教育"
    DOCTOR = "11", "博士研究生毕业"
    DOCTOR_COMPLETED = "12", "博士研究生结业"
    DOCTOR_UNFINISHED = "13", "博士研究生肄业"
    MASTER = "14", "硕士研究生毕业"
    MASTER_COMPLETED = "15", "硕士研究生结业"
    MASTER_UNFINISHED = "16", "硕士研究生肄业"
    GRADUATE_CLASS = "17", "研究生班毕业"
    GRADUATE_CLASS_COMPLETED = "18", "研究生班结业"
    GRADUATE_CLASS_UNFINISHED = "19", "研究生班肄业"
    UNDERGRADUATE = "20", "大学本科教育"
    BACHELOR = "21", "大学本科毕业"
    BACHELOR_COMPLETED = "22", "大学本科结业"
    BACHELOR_UNFINISHED = "23", "大学本科肄业"
    GENERAL_CLASS = "28", "大学普通班毕业"
    JUNIOR_COLLEGE_EDUCATION = "30", "大学专科教育"
    JUNIOR_COLLEGE = "31", "大学专科毕业"
    JUNIOR_COLLEGE_COMPLETED = "32", "大学专科结业"
    JUNIOR_COLLEGE_UNFINISHED = "33", "大学专科肄业"
    SECONDARY_VOCATIONAL_EDUCATION = "40", "中等职业教育"
    SECONDARY_SPECIALISED = "41", "中等专科毕业"
    SECONDARY_SPECIALISED_COMPLETED = "42", "中等专科结业"
    SECONDARY_SPECIALISED_UNFINISHED = "43", "中等专科肄业"
    VOCATIONAL_HIGH = "44", "职业高中毕业"
    VOCATIONAL_HIGH_COMPLETED = "45", "职业高中结业"
    VOCATIONAL_HIGH_UNFINISHED = "46", "职业高中肄业"
    TECHNICAL_SCHOOL = "47", "技工学校毕业"
    TECHNICAL_SCHOOL_COMPLETED = "48", "技工学校结业"
    TECHNICAL_SCHOOL_UNFINISHED = "49", "技工学校肄业"
    HIGH_SCHOOL_EDUCATION = "60", "普通高级中学教育"
    HIGH_SCHOOL = "61", "普通高中毕业"
    HIGH_SCHOOL_COMPLETED = "62", "普通高中结业"
    HIGH_SCHOOL_UNFINISHED = "63", "普通高中肄业"
    JUNIOR_HIGH_EDUCATION = "70", "初级中学教育"
    JUNIOR_HIGH = "71", "初中毕业"
    JUNIOR_HIGH_UNFINISHED = "73", "初中肄业"
    PRIMARY_EDUCATION = "80", "小学教育"
    PRIMARY = "81", "小学毕业"
    PRIMARY_UNFINISHED = "83", "小学肄业"
    OTHER = "90", "其他"


class Degree(TextChoices):
    """学位 (GB/T 6864, first level); 0 is ours: most holders have none and the field is required."""

    NONE = "0", "无"
    HONORARY_DOCTOR = "1", "名誉博士"
    DOCTOR = "2", "博士"
    MASTER = "3", "硕士"
    BACHELOR = "4", "学士"


class RegistrationKind(TextChoices):
    """企业登记注册类型 (GB/T 12402-2000)."""

    DOMESTIC = "100", "内资企业"
    STATE = "110", "国有企业"
    COLLECTIVE = "120", "集体企业"
    SHARE_COOPERATIVE = "130", "股份合作企业"
    JOINT = "140", "联营企业"
    JOINT_STATE = "141", "国有联营企业"
    JOINT_COLLECTIVE = "142", "集体联营企业"
    JOINT_STATE_COLLECTIVE = "143", "国有与集体联营企业"
    JOINT_OTHER = "149", "其他联营企业"
    LIMITED = "150", "有限责任公司"
    LIMITED_STATE = "151", "国有独资公司"
    LIMITED_OTHER = "159", "其他有限责任公司"
    SHARES = "160", "股份有限公司"
    PRIVATE = "170", "私营企业"
    PRIVATE_SOLE = "171", "私营独资企业"
    PRIVATE_PARTNERSHIP = "172", "私营合伙企业"
    PRIVATE_LIMITED = "173", "私营有限责任公司"
    PRIVATE_SHARES = "174", "私营股份有限公司"
    DOMESTIC_OTHER = "190", "其他企业"
    HMT = "200", "港、澳、台商投资企业"
    HMT_JOINT = "210", "合资经营企业（港或澳、台资）"
    HMT_COOPERATIVE = "220", "合作经营企业（港或澳、台资）"
    HMT_SOLE = "230", "港、澳、台商独资经营企业"
    HMT_SHARES = "240", "港、澳、台商投资股份有限公司"
    HMT_OTHER = "290", "其他港、澳、台商投资企业"
    FOREIGN = "300", "外商投资企业"
    FOREIGN_JOINT = "310", "中外合资经营企业"
    FOREIGN_COOPERATIVE = "320", "中外合作经营企业"
    FOREIGN_SOLE = "330", "外资企业"
    FOREIGN_SHARES = "340", "外商投资股份有限公司"
    FOREIGN_OTHER = "390", "其他外商投资企业"


class Currency(TextChoices):
    """币种 (GB/T 12406, numeric codes of ISO 4217)."""

    CNY = "156", "人民币"
    USD = "840", "美元"
    HKD = "344", "港元"
    EUR = "978", "欧元"
    JPY = "392", "日元"
    MOP = "446", "澳门元"
    TWD = "901", "新台币"
    GBP = "826", "英镑"
    SGD = "702", "新加坡元"


class EnterpriseType(TextChoices):
    """企业资质类型: the trade in which an enterprise is qualified."""

    CONSTRUCTION = "construction", "施工"
    SUPERVISION = "supervision", "监理"
    SURVEY = "survey", "勘察"
    DESIGN = "design", "设计"
    COST = "cost", "造价咨询"
    BIDDING = "bidding", "招标代理"
    NONE = "none", "无"


class EnterpriseNature(TextChoices):
    """企业性质, as licences and qualification registers name it."""

    STATE = "state", "国有企业"
    STATE_HOLDING = "state_holding", "国有控股企业"
    COLLECTIVE = "collective", "集体企业"
    PRIVATE = "private", "民营企业"
    HMT = "hmt", "港澳台资企业"
    FOREIGN = "foreign", "外资企业"
    OTHER = "other", "其他"


class QualificationSeries(TextChoices):
    """资质序列 of a construction enterprise."""

    GENERAL = "general", "施工总承包"
    SPECIALISED = "specialised", "专业承包"
    LABOUR = "labour", "专业作业（劳务）"


class QualificationGrade(TextChoices):
    """资质等级."""

    SPECIAL = "special", "特级"
    FIRST = "first", "一级"
    SECOND = "second", "二级"
    THIRD = "third", "三级"
    A = "a", "甲级"
    B = "b", "乙级"
    NONE = "none", "不分等级"


class ContractKind(TextChoices):
    """劳动合同类型 (劳动合同法 第十二条)."""

    FIXED = "1", "固定期限"
    OPEN = "2", "无固定期限"
    TASK = "3", "以完成一定工作任务为期限"
