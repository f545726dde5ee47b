"""Settings: read once at start from the environment and `hansa.toml`, checked as a whole, then unchangeable.

The kernel has its own (`Settings`); a center adds a named group of its own by a `Section`. The environment
wins over the file; every mistake is told at once, in sentences.
"""

from hansa.kernel.settings.platform import LogFormat, LogLevel, Settings
from hansa.kernel.settings.section import Section, Setting, describe
from hansa.kernel.settings.sources import SettingsWrong, load
from hansa.kernel.settings.values import Secret

__all__ = [
    "LogFormat",
    "LogLevel",
    "Secret",
    "Section",
    "Setting",
    "Settings",
    "SettingsWrong",
    "describe",
    "load",
]
