"""What is said of the worker, in English and Chinese."""

from __future__ import annotations

from winback.language import Language, Say

CHINESE = {
    "No worker is at work.": "没有常驻进程在运行。",
    "{owner} works since {since}, last heard {heard}; the lease runs until {until}.": (
        "{owner} 自 {since} 起在运行，最近心跳 {heard}；租约到 {until}。"
    ),
    "Last night done: {done}. Due: {due}. Next night: {next}.": (
        "最近完成的夜间任务：{done}。待做：{due}。下一夜：{next}。"
    ),
    "Steps": "步骤",
    "Log": "日志",
    "step": "步骤",
    "night": "夜",
    "state": "状态",
    "tries": "尝试次数",
    "last done": "最近完成",
    "next": "下次",
    "what it did": "做了什么",
    "what happened": "事件",
    "when": "时间",
    "running": "进行中",
    "done": "完成",
    "failed": "失败",
    "given_up": "已放弃",
    "left": "曾中断",
}


def speak(language: Language) -> Say:
    """The teller of a language. Raises KeyError for a message that has no Chinese."""
    return CHINESE.__getitem__ if language == "zh" else _english


def _english(text: str) -> str:
    return text.replace("_", " ")
