"""`kith init`: from a clone to a Kith that can be started, by questions whose answers are tried at once.

What only a platform can ask and try stands beside its address, in ``bot/adapters/reach/``; it is handed in.
"""

from bot.hosting.init.asking import Answers, Asking, Refused, Terminal
from bot.hosting.init.steps import Answered, Platform, set_up, setting_of

__all__ = ["Answered", "Answers", "Asking", "Platform", "Refused", "Terminal", "set_up", "setting_of"]
