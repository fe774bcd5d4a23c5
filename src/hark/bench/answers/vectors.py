"""A small model2vec model of one's own, learned where none can be downloaded: what the `_embedded` figures are measured with.

Latent semantic analysis (Deerwester et al., 1990): which pieces of words (byte pair encoding) stand in which passages, cut
down by a singular value decomposition; each piece's direction counts by its rarity. It has seen nothing but the texts it is
given, far less than a model from outside, and no question.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

PIECES, DIMENSIONS = 20_000, 256
UNKNOWN = "[UNK]"


def learn_model(texts: Sequence[str], folder: Path, *, pieces: int = PIECES, dimensions: int = DIMENSIONS) -> None:
    """Learn from these passages and write the folder. Ten million characters take about half a minute on one core."""
    import numpy as np
    from model2vec import StaticModel
    from scipy.sparse import coo_matrix, diags_array
    from sklearn.utils.extmath import randomized_svd

    tokenizer = _tokenizer(texts, pieces)
    rows = [np.array(e.ids, np.int64) for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    size = tokenizer.get_vocab_size()
    held = coo_matrix((np.ones(len(owner)), (np.concatenate(rows), owner)), (size, len(rows))).tocsr()
    rarity = np.log(len(rows) / np.maximum(np.diff(held.indptr), 1))
    held.data = np.log1p(held.data)
    weighed = (diags_array(rarity) @ held).tocsc()
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=0)).ravel())
    directions, _, _ = randomized_svd(
        weighed @ diags_array(1 / np.maximum(lengths, 1e-9)), min(dimensions, len(rows) - 1), n_iter=3, random_state=0
    )
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-9)
    vectors = (directions * rarity[:, None]).astype(np.float32)
    vectors[0] = 0  # what is no piece at all
    StaticModel(vectors, tokenizer, normalize=True).save_pretrained(folder)


def _tokenizer(texts: Sequence[str], pieces: int) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.NFKC(), normalizers.Lowercase(), normalizers.NFD(), normalizers.StripAccents(), normalizers.NFC()
    ])  # fmt: skip
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Punctuation("removed"), pre_tokenizers.Metaspace()]
    )
    trainer = trainers.BpeTrainer(vocab_size=pieces, special_tokens=[UNKNOWN], show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer
