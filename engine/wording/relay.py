"""An asynchronous iterator in a task of its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TypeVar

Item = TypeVar("Item")


async def relayed(items: AsyncGenerator[Item, None], seconds: float) -> AsyncGenerator[Item, None]:
    """The items, as they come, for at most so many seconds.

    They are taken in one task, whichever tasks this iterator is asked from: a time limit belongs to a task. When this
    iterator is closed, so are they.

    Raises:
        TimeoutError: they did not end in time.
    """
    queue: asyncio.Queue[Item | None] = asyncio.Queue()
    task = asyncio.create_task(_fill(queue, items, seconds))
    try:
        while (item := await queue.get()) is not None:
            yield item
        await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])


async def _fill(queue: "asyncio.Queue[Item | None]", items: AsyncGenerator[Item, None], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds), aclosing(items):
            async for item in items:
                queue.put_nowait(item)
    finally:
        queue.put_nowait(None)
