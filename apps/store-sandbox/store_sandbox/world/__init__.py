"""The world behind the sandbox: a small economy in which what an agent does has consequences."""

from store_sandbox.world.lifetime import advance, generate, has_world
from store_sandbox.world.truth import truth

__all__ = ["advance", "generate", "has_world", "truth"]
