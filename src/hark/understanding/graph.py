"""Which messages say nearly the same, and how an opinion spreads among them (Zhou et al. 2004, "Learning with local and global
consistency")."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

NEAREST = 10  # neighbours of a message; with 20 or 40 topics that are near each other run together
POWER = 3  # of the likeness: a neighbour half as near counts an eighth
SPREAD = 0.75  # share of an opinion that comes from the neighbours
STEPS = 15
COMMON = 0.1  # strings in more than this share of the texts tell no neighbours, and are most of the work
BLOCK = 500


def neighbours(matrix: Any, meanings: NDArray[np.float32] | None = None) -> Any:
    """Symmetric sparse [text, text] of the nearest neighbours, scaled by the roots of both sums, from rows of strings and,
    counting as much, embeddings [text, dimension] of length 1."""
    from scipy.sparse import csr_matrix, diags

    n = matrix.shape[0]
    if n < 2:
        return csr_matrix((n, n), dtype=np.float32)
    many = np.diff(matrix.tocsc().indptr) > max(COMMON * n, 20)
    rare = (matrix @ diags((~many).astype(np.float32))).tocsr()
    rare.eliminate_zeros()
    length = np.sqrt(np.asarray(rare.multiply(rare).sum(axis=1)).ravel())
    rare = (diags((1 / np.maximum(length, 1e-9)).astype(np.float32)) @ rare).tocsr()
    turned, k = rare.T.tocsr(), min(NEAREST, n - 1)
    columns, values = np.zeros((n, k), np.int64), np.zeros((n, k), np.float32)
    for at in range(0, n, BLOCK):
        near = (rare[at : at + BLOCK] @ turned).toarray()
        if meanings is not None:
            near = (near + meanings[at : at + BLOCK] @ meanings.T) / 2
        here = np.arange(len(near))
        near[here, at + here] = -1.0
        best = np.argpartition(-near, k - 1, axis=1)[:, :k]
        columns[at : at + BLOCK], values[at : at + BLOCK] = best, np.take_along_axis(near, best, axis=1)
    whole = csr_matrix(
        (np.maximum(values, 0.0).ravel() ** POWER, (np.repeat(np.arange(n), k), columns.ravel())), (n, n)
    )
    whole = whole.maximum(whole.T)
    scale = diags(1 / np.sqrt(np.asarray(whole.sum(axis=1)).ravel() + 1e-9))
    return (scale @ whole @ scale).tocsr().astype(np.float32)


def spread(graph: Any, first: NDArray[np.float32]) -> NDArray[np.float32]:
    """Opinions [text, label] after `STEPS` steps from the first ones; rows sum to one."""
    opinions = first
    for _ in range(STEPS):
        opinions = SPREAD * (graph @ opinions) + (1 - SPREAD) * first
    shares: NDArray[np.float32] = (opinions / opinions.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
