"""Slowing a stream of states to what a reader can see."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

State = TypeVar("State")


async def paced(states: AsyncIterator[State], interval: float) -> AsyncGenerator[State, None]:
    """The states, each making the one before it out of date: at most one every `interval` seconds.

    The first and the last are always given, and none waits for longer than the interval. Raises what `states` raises.
    Closed early, it no longer waits on `states`, which can then be closed.
    """
    held: list[State] = []
    due = 0.0
    upcoming = asyncio.ensure_future(_next(states))
    try:
        while True:
            await asyncio.wait([upcoming], timeout=max(due - time.monotonic(), 0) if held else None)
            if upcoming.done():
                if not (found := upcoming.result()):
                    break
                held, upcoming = found, asyncio.ensure_future(_next(states))
            if held and time.monotonic() >= due:
                yield held.pop()
                due = time.monotonic() + interval
    finally:
        upcoming.cancel()
        await asyncio.wait([upcoming])
    if held:
        yield held.pop()


async def _next(states: AsyncIterator[State]) -> list[State]:
    """The next state, or nothing at the end."""
    try:
        return [await anext(states)]
    except StopAsyncIteration:
        return []
