"""Pacing: what is given of a stream of states, and when."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import pytest

from citewell.web.pace import paced


async def states(*numbers: int) -> AsyncIterator[int]:
    for number in numbers:
        yield number


def collect(source: AsyncIterator[int], interval: float) -> list[int]:
    async def run() -> list[int]:
        return [state async for state in paced(source, interval)]

    return asyncio.run(run())


def test_without_an_interval_every_state_is_given() -> None:
    assert collect(states(1, 2, 3), 0) == [1, 2, 3]


def test_within_an_interval_the_first_and_the_last_are_given() -> None:
    assert collect(states(1, 2, 3, 4), 3600) == [1, 4]
    assert collect(states(), 3600) == []


def test_a_state_is_not_held_back_until_the_next_one_comes() -> None:
    async def run() -> list[int]:
        seen = asyncio.Event()

        async def source() -> AsyncIterator[int]:
            yield 1
            yield 2
            await seen.wait()
            yield 3

        given = []
        async for state in paced(source(), 0.01):
            given.append(state)
            if state == 2:
                seen.set()
        return given

    assert asyncio.run(asyncio.wait_for(run(), 10)) == [1, 2, 3]


def test_closed_early_it_leaves_the_source_at_rest() -> None:
    async def run() -> list[str]:
        told = []

        async def source() -> AsyncGenerator[int, None]:
            try:
                yield 1
                await asyncio.Event().wait()
            finally:
                await asyncio.to_thread(int)  # takes its time
                told.append("ended")

        numbers = source()
        async with aclosing(numbers), aclosing(paced(numbers, 0)) as given:
            assert await anext(given) == 1
            upcoming = asyncio.ensure_future(anext(given))
            await asyncio.sleep(0)
            upcoming.cancel()
            with pytest.raises(asyncio.CancelledError):
                await upcoming
            told.append("cancelled")
        return told

    assert asyncio.run(run()) == ["ended", "cancelled"]


def test_what_the_source_raises_is_raised() -> None:
    async def source() -> AsyncIterator[int]:
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        collect(source(), 3600)
