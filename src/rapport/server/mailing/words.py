"""The words of a letter in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NAMES: Final = (
    *("as_of", "open", "gone", "failed", "empty", "foot", "more"),
    *("period", "people", "events", "value", "step", "conversion", "dropped", "median", "cohort"),
    *("size", "average", "new", "returning", "resurrected", "dormant", "active_periods", "or_more"),
    *("trailing", "from", "to", "paths", "orders", "revenue", "net", "buyers", "touch"),
    *("conversions", "share", "assisted", "unattributed", "metric", "change", "no_value", "others"),
    "only",
)
_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        *("As of {at}", "Open the dashboard", "This saved question was deleted."),
        *("This question could not be answered.", "Nobody fits this question"),
        "You get this because somebody at {host} put your address on the dashboard's list.",
        *("{count} more rows on the dashboard", "Period", "People", "Events", "Value", "Step"),
        *("Of the first step", "Did not go on", "Median time", "Cohort", "Size", "Average", "New"),
        *("Returning", "Resurrected", "Dormant", "Periods active", "That many or more"),
        *("Trailing", "From", "To", "Paths", "Orders", "Revenue", "Net", "Buyers", "Touch"),
        *("Conversions", "Share", "Took part in", "Nothing came before", "Metric", "Change"),
        *("No value", "Others", "Only: {what}"),
    ),
    "zh-CN": (
        *("截至 {at}", "打开仪表板", "这个保存的问题已被删除。", "这个问题无法回答。"),
        *("没有人符合这个问题", "您收到此邮件，是因为 {host} 上有人把您的地址加入了仪表板名单。"),
        *("仪表板上还有 {count} 行", "周期", "人数", "事件", "值", "步骤", "占第一步", "未继续"),
        *("中位时间", "群组", "规模", "平均", "新用户", "持续活跃", "回流", "沉默", "活跃周期数"),
        *("不少于此数", "滚动", "从", "到", "路径", "订单", "收入", "净额", "买家", "触点", "转化"),
        *("占比", "参与", "此前无触点", "指标", "变化", "无值", "其他", "仅限：{what}"),
    ),
    "ar": (
        *("حتى {at}", "افتح لوحة المتابعة", "حُذف هذا السؤال المحفوظ."),
        *("تعذرت الإجابة عن هذا السؤال.", "لا أحد يناسب هذا السؤال"),
        "تصلك هذه الرسالة لأن أحدًا في {host} أضاف عنوانك إلى قائمة لوحة المتابعة.",
        *("{count} صفوف أخرى في لوحة المتابعة", "الفترة", "الأشخاص", "الأحداث", "القيمة"),
        *("الخطوة", "من الخطوة الأولى", "لم يكملوا", "الوقت الوسيط", "الفوج", "الحجم", "المتوسط"),
        *("جديد", "مستمر", "عائد", "خامل", "فترات النشاط", "هذا العدد أو أكثر", "متحرك", "من"),
        *("إلى", "المسارات", "الطلبات", "الإيراد", "الصافي", "المشترون", "نقطة التواصل"),
        *("التحويلات", "الحصة", "شاركت في", "لم يسبقه شيء", "المقياس", "التغير", "بلا قيمة"),
        *("أخرى", "فقط: {what}"),
    ),
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    language: dict(zip(_NAMES, texts, strict=True)) for language, texts in _TEXTS.items()
}
