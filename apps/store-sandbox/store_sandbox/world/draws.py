"""Random draws addressed by what they are for, so that no draw depends on any other.

A draw's address is (seed, purpose, entity): the address is hashed into the key of the
counter-based generator Philox (Salmon et al., 2011, "Parallel random numbers: as easy as
1, 2, 3"). Rows of a block are entities: row i is the same whatever the number of rows,
because every shape taken here consumes a fixed number of counters per row.
"""

from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

_TINY = 2.0**-54  # keeps a uniform off zero, where logarithms end


def uniforms(seed: int, purpose: str, entity: object, *shape: int) -> Floats:
    """Uniform draws in (0, 1) of `shape`; the first axis counts entities."""
    digest = blake2b(f"{seed}|{purpose}|{entity}".encode(), digest_size=16).digest()
    key = np.frombuffer(digest, dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).random(shape) + _TINY


def uniform(seed: int, purpose: str, entity: object) -> float:
    """One uniform draw in (0, 1)."""
    return float(uniforms(seed, purpose, entity, 1)[0])


def normals(seed: int, purpose: str, entity: object, *shape: int) -> Floats:
    """Standard normal draws by Box and Muller: two counters each, never a rejection."""
    pair = uniforms(seed, purpose, entity, *shape, 2)
    result: Floats = np.sqrt(-2.0 * np.log(pair[..., 0])) * np.cos(2.0 * np.pi * pair[..., 1])
    return result


def normal(seed: int, purpose: str, entity: object) -> float:
    """One standard normal draw."""
    return float(normals(seed, purpose, entity, 1)[0])


def gumbel(u: Floats) -> Floats:
    """Standard Gumbel noise from uniforms: what makes a utility choice a logit choice."""
    result: Floats = -np.log(-np.log(u))
    return result


def poisson(u: float, mean: float) -> int:
    """The Poisson quantile of `u`: grows with the mean, so paired runs stay paired."""
    count, term = 0, float(np.exp(-mean))
    cumulative = term
    while u > cumulative and count < 10_000:
        count += 1
        term *= mean / count
        cumulative += term
    return count
