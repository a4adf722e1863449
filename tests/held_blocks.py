"""Prefect's blocks as values of a test, in place of the server that keeps them."""

from __future__ import annotations

from contextlib import contextmanager

from prefect.blocks.core import Block


@contextmanager
def held_blocks(patch, held=()):
    """Yield the blocks by type and name; what is stored or deleted is seen there."""
    known = dict(held)

    async def load(name):
        if name not in known:
            raise ValueError(name)
        return known[name]

    async def save(self, name, *, overwrite=False):
        assert overwrite or name not in known
        known[f"{self.get_block_type_slug()}/{name}"] = self

    async def delete(cls, name):
        if known.pop(f"{cls.get_block_type_slug()}/{name}", None) is None:
            raise ValueError(name)

    patch.setattr(Block, "aload", load)
    patch.setattr(Block, "asave", save)
    patch.setattr(Block, "adelete", classmethod(delete))
    yield known
