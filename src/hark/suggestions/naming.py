"""Names that look like ordinary words: "Price will call you". A capital says nothing where a sentence begins, so other things
must: whom the conversation names, who writes to this desk, and which words people are often called by."""

import re
from collections.abc import Iterable
from itertools import pairwise

from hark.search.stopwords import STOPWORDS
from hark.suggestions.lexing import key_of

_SMALL = frozenset().union(*STOPWORDS.values())

# Words of letters to customers, or forms of them, that are frequent surnames. Those that begin many sentences by themselves
# (call, close, check, order, place, please) are left out: they are told by the conversation and by the contacts alone.
_SURNAMES = """
banks bill black bond box bright brown bush butler cable card carpenter carrier carter case cash chance church cole cook
cooper cross day deal dean early english fair farmer field fields figures fine fish fisher ford forest fox french friend
frost gates gift glass gold golden grant graves gray green guest hall hand hill hills holder holiday home hope house hunter
keys king knight lake lamb land lane law leader light little lock locke london long love low major marks marsh mason means
mercer miles miller mills miner money moon moore moss newman noble north page paige park parker parts patient penny piece
pine plant pool poor pope porter potter power powers price prince prior proper quick reader reason reed rich rivers root rose
sales sands savage self sharp shore short side silver singer small smart snow sparks speed spring stamp staples steel stock
stone story street strong summer summers swan sweet swift tanner taylor temple terms token towns turner walker wall walls
ward ware waters way weaver weeks wells west white wild wise wolf wood woods word words worth wright yard young
amato banca bassi basso bella bello bianchi bianco bosco bravi bruno buoni buono campi campo capo caro carta casa case caso
castello chiari chiesa colonna conte conti corsi corso costa costi croce dati donati fabbri ferrari ferri festa fiore fontana
forte forti franchi franco gallo gatti gentile gentili giorni giorno giusti grande grandi grassi greco guerra guida leone
liberi libero longo lunghi lungo mancini marchi martello mattina messina milano monaco monte monti morale moro natale neri
nero numeri ordini oliva pace pagani pagano palma pane parisi parte passi perfetti piazza piccoli piccolo poli ponte ponti
porta posta ricci ricco riva rocca romano rossi rosso russo sala sale santi santo scala serra servi servizi sicuri sole spina
stella tempi testa testi valle vecchi vecchio veloci vendita verde verdi villa vinci viola vita vitali volpe
"""
SURNAMES = frozenset(_SURNAMES.split())

FAREWELL = re.compile(
    r"\W*(?:(?:with |many |kind(?:est)? |best |warm(?:est)? )*(?:regards|wishes|thanks|best)|cheers|thank you(?: very much)?|"
    r"(?:yours )?(?:sincerely|truly|faithfully)|(?:cordiali|distinti|un cordiale|i migliori|tanti|cari) saluti?|saluti|un saluto|"
    r"cordialmente|grazie(?: mille)?|a presto|감사합니다|고맙습니다|수고하세요)\W*",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\W*(?:hi|hello|dear|hey|good (?:morning|afternoon|evening)|ciao|salve|buongiorno|buonasera|gentil\w*|egregi\w*|car[oa]|spett\w*)[ \t]+"
    r"((?:[^\W\d_][\w'’.-]*[ \t]*){1,4})[,!.:\n]",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"(?:my name is|name's|this is|i am|i'm|mi chiamo|sono|il mio nome è|name:|nome:)\s+((?:[A-Z][\w'’-]*[ \t]*){1,3})"
    r"|(?:제 이름은|저는|이름:|성함:)\s*([가-힣]{2,4}?)(?:입니다|이라고|라고|이에요|예요|이고|\s|$)"
    r"|^\W*([가-힣]{2,4})\s*(?:드림|올림|배상)",
    re.IGNORECASE | re.MULTILINE,
)
_BEFORE_NAMES = r"\b(?:with|from|by|ask|asked|tell|told|call|called|mrs?|ms|miss|dr|prof|and|con|da|per|di|sig|signora?|dott\w*)\.?\s+{}\b"
_NOBODY_WORDS = (
    "customer customers team support service sir madam all everyone there friend friends sirs help desk"
    " cliente clienti assistenza servizio signori tutti utente 고객님 고객 담당자님 담당자 여러분"
)
_NOBODY = frozenset(_NOBODY_WORDS.split())
_KOREAN_NAME = re.compile("[가-힣]{3,4}")
MAX_READ = 20_000  # characters of a conversation are read for names


def names_in(text: str) -> list[str]:
    """Whoever a conversation names: under a farewell, after a greeting, where somebody says who they are."""
    text = text[:MAX_READ]
    found: list[str] = [name for groups in _INTRODUCED.findall(text) for name in groups if name]
    found += _GREETING.findall(text + "\n")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line, following in pairwise(lines):
        if FAREWELL.fullmatch(line) and len(following.split()) <= 4:
            found.append(following)
    return found


def keys_of(names: Iterable[str], *, small: bool = False) -> set[str]:
    """The parts of names by their keys: without small words ("van", "the"), or `small` only those ("Will", "Sue")."""
    parts = (part for name in names for part in re.split(r"[^\w]+", name))
    keys = {key_of(part) for part in parts if len(part) > 1 and not part.islower()} - _NOBODY - {""}
    keys |= {key[1:] for key in keys if _KOREAN_NAME.fullmatch(key)}  # what people call each other: without the family's
    return {key for key in keys if len(key) > 2} & _SMALL if small else keys - _SMALL


def is_said_of_people(word: str, text: str) -> bool:
    """Whether a text writes this word, with its capital, where one writes a name: "with Price", "ask Young", "Mrs Day"."""
    return re.search(_BEFORE_NAMES.format(re.escape(word)), text[:MAX_READ], re.IGNORECASE) is not None and word in text
