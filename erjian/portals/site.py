"""What all four front doors say about the province: the title on top, the lines of the footer.

The words are policy's; the design system asks for them by name (setting ``ERJIAN_UI``).
"""

from erjian import policy
from erjian.ui.site import Site


def site() -> Site:
    """The province's words as pages need them."""
    province = policy.current().province
    return Site(
        title=province.platform_title,
        province=province.name,
        short=province.short,
        footer=(
            (f"主办单位：{province.department}", f"承办单位：{province.operator}"),
            (
                f"地址：{province.address}",
                f"邮编：{province.postcode}",
                f"总值班电话：{province.duty_phone}",
                f"网站技术支持：{province.support_phone}",
            ),
            (f"备案号：{province.icp}",),
        ),
        links=(
            ("常见问题", "/questions/"),
            ("无障碍说明", "/accessibility/"),
            ("个人信息保护", "/privacy/"),
            ("平台操作手册", "/manual/"),
        ),
    )
