"""Which browser on which system a program says it is: a short list of what people use, and nothing made up.

Browsers name each other, so whoever names more comes first. What is not in the list stays unknown: a name that is
wrong would be worse than none, where somebody looks for a session that is not their own.
"""

from __future__ import annotations

from hansa.centers.user.types import Device

_BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("AlipayClient/", "Alipay"),
    ("QQBrowser/", "QQ Browser"),
    ("UCBrowser/", "UC Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def read_device(agent: str) -> Device:
    """Return what a `User-Agent` (RFC 9110, 10.1.5) says, as far as it is known; empty where it is not."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    if not browser and "Version/" in agent and "Safari/" in agent:
        browser = "Safari"
    return Device(browser, next((name for mark, name in _SYSTEMS if mark in agent), ""))
