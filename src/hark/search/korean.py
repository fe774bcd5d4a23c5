"""Korean words without their particles (josa) and endings (eomi), by their written form alone.

Korean glues particles and endings to a word, so that 환불, 환불을 and 환불하려면 are three strings. No dictionary is
needed to take off what is long enough to be sure of; pairs of syllables (`pairs`) forgive what is left on.
"""

_JOSA = """
으로부터 에서부터 이라고는 이라는 으로서의 으로써 으로서 에게서 에서는 에서의 에서도 으로는 으로의 으로도 까지의 까지는 까지도 부터의 부터는 에게는 에게도
이라도 이라고 이란 이나마 이나 이며 이고 이든지 이든 처럼 같이 보다는 보다 마다 마저 조차 밖에 까지 부터 한테서 한테 에게 께서 에서 으로 라고 라는 라도
과의 와의 과는 와는 에는 에도 에만 만을 만이 만은 만으로 들의 들을 들이 들은 들과 들에게 들도 들에 하고 로부터 로서의 로서 로써 로는 로의 로도
이었던 이었다 이었으며 였던 였다 였으며 인가요 인가 인지 이다 입니다 입니까 이에요 예요
은 는 이 가 을 를 에 의 와 과 도 로 만 께 들 인 란 라 며 고 나
"""

_EOMI = """
하였습니다 하였는가 했습니다 하겠습니다 하십시오 하였으며 하였다 하였던 하려면 하려고 하기를 하기에 하기 하거나 하면서 하면은 하면 하며 하여 하고 하는지
하는가 하는데 하는 하던 하지 하게 한다고 한다면 한다는 한다 한지 했는데 했던 했으며 했을 했고 했다고 했다가 했다는 했다 했나요 했나 했는가 했는지 해야
해서 해도 해요 해주세요 합니다 합니까 하세요 하나요 할까요 할수 할 한 함 해
되었습니다 되었는가 되었으며 되었던 되었다 되었고 되려면 되거나 되면서 되면 되며 되어 되고 되는지 되는가 되는 되던 되지 되게 된다고 된다면 된다는 된다 됩니다 됩니까
되나요 될까요 됐습니다 됐다 됐는데 됐나요 된 될 됨 돼요
시키는 시켰다 시켜 시킨 시킬 받은 받는 받고
"""


def _by_length(words: str) -> tuple[tuple[int, frozenset[str]], ...]:
    ends = frozenset(words.split())
    return tuple((n, frozenset(e for e in ends if len(e) == n)) for n in sorted({len(e) for e in ends}, reverse=True))


_PARTICLES = _by_length(_JOSA)
_ENDINGS = _by_length(_EOMI)
PARTICLES = frozenset(_JOSA.split())


def bare(word: str) -> str:
    """A run of Hangul without its last particle and verbal ending; at least two syllables stay of a longer word."""
    if len(word) < 3:
        return word
    stem = _without(word, _ENDINGS)
    if stem != word:
        return stem
    stem = _without(word, _PARTICLES)
    return _without(stem, _ENDINGS) if len(stem) > 3 else stem


def _without(word: str, ends: tuple[tuple[int, frozenset[str]], ...]) -> str:
    for length, known in ends:
        if len(word) - length >= 2 and word[-length:] in known:
            return word[:-length]
    return word


def pairs(word: str) -> list[str]:
    """Overlapping pairs of syllables; a single syllable is itself."""
    return [word[n : n + 2] for n in range(len(word) - 1)] or [word]
