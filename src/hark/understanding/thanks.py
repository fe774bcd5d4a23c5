"""Messages that only say thank you or "understood": they need no answer.

A small grammar eats the text phrase by phrase; what it cannot eat must be no more than a name. So "thanks, but it still
does not work", "thanks in advance" and everything with a question stay messages that wait.
"""

import re

_MOST = 240  # characters; nobody needs more to say thanks
_STOP = re.compile(
    r"\?|\bin advance\b|\banticipatamente\b|\bin anticipo\b|미리\s?감사|\bfor nothing\b|\b(?:di|per) (?:niente|nulla)\b"
    r"|\b(?:but|however|except|still|unfortunately|although|ma|pero|purtroppo|tuttavia)\b|\bnon\b.*\bancora\b|\bancora (?:non|in attesa|un[ao]? |nulla|niente)|그런데|근데|하지만|아직|그래도|혹시|다만"
    r"|\bthanks to\b|\bgrazie a(?:l|lla)?\b"
)
_THANKS = (
    r"(?:many |so many |big |huge |a million |million |1000 )?(?:thanks|thank you|thank u|thankyou|thx|tks|ty|tnx|cheers|much appreciated|appreciate it|appreciated)"
    r"(?: (?:so|very|a|lot|much|again|ever so|once again|a million|a bunch|a ton|kindly))*"
    r"(?: for (?:(?:your|the|all|such|a|quick|fast|kind|great|prompt|speedy|swift|very|super|amazing|excellent|lovely|good) )*"
    r"(?:help|support|reply|answer|response|assistance|info|information|update|clarification|explanation|patience|service|time|everything|letting (?:me|us) know|getting back(?: to (?:me|us))?|understanding|helping(?: (?:me|us))?(?: out)?|that|this|confirming|clarifying|sorting (?:it|this|that)(?: out)?|the quick turnaround|effort|heads up|looking into (?:it|this)|link|feedback))*",
    r"(?:i |we )?(?:really |very much |greatly |truly |do )*appreciate (?:it|that|this|(?:all )?(?:your|the) (?:\w+ )?(?:help|support|reply|response|time|assistance|answer))",
    r"(?:ti |vi |la |le )?(?:grazie|ringrazio|ringraziamo|ti ringrazio|vi ringrazio|la ringrazio|ringraziandovi)"
    r"(?: (?:mille|tante|infinite|molte|di cuore|davvero|ancora|tanto|veramente|moltissimo|di tutto|sentitamente|a tutti|a te|a voi|a lei|anche a voi|e buon lavoro))*"
    r"(?: (?:per|del|della|dell'|di|dei) ?(?:(?:il|la|l'|lo|i|le|tutto|vostr[oa]|tu[oa]|su[oa]|gentile|rapid[oa]|veloce|tempestiv[oa]|pronta|celere|cortese|immediat[oa]|preziosa|grande) ?)*"
    r"(?:aiuto|supporto|risposta|assistenza|informazion[ei]|info|chiariment[oi]|spiegazion[ei]|pazienza|servizio|tempo|disponibilita|gentilezza|cortesia|rapidita|velocita|conferma|riscontro|avermi (?:aiutato|risposto|aggiornato)|averci (?:aiutato|risposto)|tutto|aggiornamento|comprensione|interessamento))*",
    r"(?:정말|진짜|너무|대단히|매우|넘|무척|항상|늘|많이|참|친절히|친절하게|빠른|신속한|빠르고|친절한|도움|도와주셔서|도와\s?주셔서|답변|답장|처리|안내|설명|응대|확인|조치|해결|알려주셔서|알려\s?주셔서|해\s?주셔서|해주셔서|주셔서|신속히|신속하게|바로|빠르게|빨리|연락|감사히|덕분에|덕분에요|상담|협조|에|을|를|이|해|도)*\s?"
    r"(?:감사(?:합니다|해요|드립니다|드려요|했습니다|했어요|드리겠습니다|요|하옵니다|함다|함니다|ㅎ+)?|고맙(?:습니다|네요|다|소|구요)?|고마워요?|고마웠(?:습니다|어요)|땡큐|땡스|ㄱㅅ+|감솨|감삼다)",
)  # fmt: skip
_FINE = (
    r"(?:ok|okay|okey|okk+|kk|oki|alright|all right|got it|understood|noted|i see|i understand|perfect|great|excellent|awesome|amazing|wonderful|brilliant|fantastic|super|cool|nice|lovely|good|very good|sounds good|that's (?:great|perfect|all|fine|good|it|awesome|wonderful)|that is (?:great|perfect|all|fine|good)|fair enough|will do|no problem|no worries|you're welcome|that (?:works|worked|helps|helped|did it|did the trick|solved it|fixed it)|(?:it|this|everything|all)(?:'s| is)? (?:now |all )?(?:works?|working|worked|fine|good|ok|solved|fixed|sorted|resolved|clear)(?: (?:now|again|perfectly|fine|great|well|for me))*|works(?: (?:now|again|perfectly|fine|great|like a charm))*|problem (?:is )?(?:solved|fixed|sorted|resolved)|(?:i |we )?(?:have )?(?:just )?(?:received|got) it|all good(?: now)?|no thanks?|no thank you|yes|yep|yeah|you (?:can|may) close (?:this|the)(?: (?:ticket|case|chat))?|(?:very|so|really|super|most) (?:helpful|kind|quick|fast|good|nice)|you(?:'re| are| guys are| have been|'ve been) (?:the best|awesome|great|amazing|very helpful|so helpful|a star|a lifesaver|very kind|so kind|wonderful)|(?:great|excellent|amazing|fast|quick|awesome|good|top|perfect) (?:service|support|help|job|work|answer|response|reply)|solved|fixed|sorted|done|happy now|keep it up|well done|that was (?:quick|fast|very helpful|helpful|great)|(?:i'll|i will) (?:try|do|check|have a look|give it a try|keep that in mind)(?: (?:it|that|this))?(?: (?:later|tomorrow|tonight|out|today|then))*)",
    r"(?:ok|okay|va bene|va benissimo|d'accordo|perfetto|perfettamente|ottimo|benissimo|bene|molto bene|tutto (?:bene|ok|chiaro|a posto|risolto|perfetto|apposto)|capito|ho capito|ricevuto|chiaro|chiarissimo|certo|certamente|si|fantastico|eccellente|grandioso|grande|grandi|bravi|bravissimi|gentilissim[oaie]|siete (?:stati )?(?:molto |davvero )?(?:gentili|gentilissimi|bravissimi|fantastici|grandi|i migliori|velocissimi|disponibili|mitici)|e' stat[oa] (?:molto )?gentile|molto gentil[ei]|problema risolto|risolto|(?:adesso|ora) (?:funziona|va|e tutto ok|e tutto a posto|e ok|tutto ok)(?: tutto| bene| perfettamente| benissimo)*|funziona(?: tutto| bene| perfettamente| benissimo| di nuovo)*|(?:ottim[oa]|ottimo) (?:servizio|lavoro|assistenza)|no grazie|non serve altro|nient'altro|e tutto|prego|di nulla|figurati|provero|ci provo|lo faccio|faro cosi|puoi chiudere|potete chiudere(?: il ticket)?)",
    r"(?:네+|넵+|넹+|예+|옙|응|어|아|오|아하|아아|와|우와|오케이|오키|ㅇㅋ+|ㅇㅇ|ok|okay|알겠(?:습니다|어요|슴다|네요|음)|알았(?:습니다|어요)|이해(?:했습니다|했어요|됐어요|됐습니다|되었습니다)|확인(?:했습니다|했어요|하였습니다|완료|됐어요|되었습니다|되네요)?|해결(?:됐어요|됐습니다|되었습니다|되었어요|됐네요|됐네용|되었네요|완료|됨|했습니다|했어요)|(?:잘|이제|다시|정상|지금은|이제는|드디어|바로|정상적으로)*\s?(?:돼요|됩니다|되네요|되네용|작동(?:해요|합니다|하네요)|처리(?:됐어요|되었습니다|됐습니다|됐네요)|받았(?:습니다|어요)|도착(?:했어요|했습니다|했네요))|좋(?:아요|네요|습니다|은\s?하루)|완벽(?:해요|합니다|하네요)|최고(?:예요|네요|입니다|에요|!)?|굿|굳|다행(?:이네요|입니다|이에요)|친절(?:하시네요|하세요|하십니다)|괜찮(?:아요|습니다)|아니(?:요|에요)|됐(?:어요|습니다)|그렇군요|그렇구나|그럴게요|그렇게\s?할게요|해\s?볼게요|해보겠습니다)",
)  # fmt: skip
_CLOSING = (
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|bye|goodbye|good night|see you|take care|have a (?:(?:nice|great|good|lovely|wonderful) )*(?:day|weekend|evening|one|night|week|time)(?: ahead| too)?|(?:you|same to you|and you) ?too|(?:best|kind|warm|many)? ?(?:regards|wishes)|best|sincerely|yours|all the best|happy (?:holidays|new year|easter)|merry christmas|to (?:you|everyone|all|the team)|everyone|everybody|team|all|guys|again|so much|very much|a lot|indeed|then|now|for now|and|with|me|it|you|i|we|my|your|oh|ah|wow|well|sir|madam|mr|mrs|ms|no|hehe|haha|lol|sent from my \w+)",
    r"(?:ciao|salve|buongiorno|buonasera|buon pomeriggio|gentile|gentili|egregio|spett\w*|arrivederci|a presto|alla prossima|buona (?:giornata|serata|notte|domenica|settimana|continuazione|estate|pasqua)|buon (?:lavoro|weekend|fine settimana|anno|natale|proseguimento|tutto)|buone (?:feste|vacanze)|(?:cordiali|distinti|cari|tanti|un|i miei) ?salut[oi]|saluti|cordialmente|cordialita|un abbraccio|anche a (?:te|voi|lei)|altrettanto|a tutti|tutti|staff|team|ragazzi|allora|quindi|e|per|il|la|di|da|con|a|voi|te|ancora|tanto|davvero|tutto|inviato da \w+|sig|signor[ae]?|dott\w*)",
    r"(?:안녕(?:하세요|히\s?계세요|히계세요|하십니까)?|수고(?:하세요|하셨습니다|하십시오|많으세요|많으셨습니다|하셨어요|많으십니다|하셔요)|수고\s?많으(?:셨습니다|셨어요|세요|십니다)|좋은\s?(?:하루|저녁|밤|주말|오후|아침|시간|한\s?주|날)(?:가|를|을)?\s?(?:되세요|보내세요|되십시오|보내십시오|되시길|되시기|바랍니다|보내시길)*|즐거운\s?(?:하루|주말|저녁|명절|연휴)\s?(?:되세요|보내세요)?|건강하세요|행복하세요|번창하세요|새해\s?복\s?많이\s?받으세요|또\s?(?:올게요|연락드릴게요|이용할게요)|들어가세요|상담원님|담당자님|선생님|고객센터|그럼|덕분에|이만|ㅎ+|ㅋ+|ㅠ+|ㅜ+|복\s?받으세요|많이|잘|정말|너무|진짜|다|도|요|님|답변|안내|처리|도움|빠른|친절한|드려요|드립니다|하세요|되세요)",
)  # fmt: skip
_EMOJI = re.compile(
    r"[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u200d\u2764]|[:;]-?[)d*p3]|\^\^|<3|\(y\)|xx+\b|ㅎㅎ+|ㅋㅋ+"
)
_THANKS_EMOJI = re.compile(r"[\U0001f44d\U0001f64f\u2764\U0001f60a\U0001f44c\U0001f970\U0001f601\U0001f604]")
_LATIN = re.compile(
    r"(?<!\w)(?:"
    + "|".join((_THANKS[0], _THANKS[1], _THANKS[2], _FINE[0], _FINE[1], _CLOSING[0], _CLOSING[1]))
    + r")(?!\w)"
)
_KOREAN = re.compile("|".join((_THANKS[3], _FINE[2], _CLOSING[2])))
_SAYS_SO = re.compile(r"(?<!\w)(?:" + "|".join(_THANKS[:3]) + r")(?!\w)|" + _THANKS[3])
_UNDERSTOOD = re.compile(
    r"^\W*(?:"
    + "|".join((_FINE[0], _FINE[1], _CLOSING[0], _CLOSING[1]))
    + r"|\W)+$|알겠|알았|이해(?:했|됐|되)|확인했|해결(?:됐|되|완료)|^\W*(?:ok|오케이|ㅇㅋ+)\W*$"
)
_FINE_WORD = re.compile(r"(?<!\w)(?:" + "|".join(_FINE[:2]) + r")(?!\w)|" + _FINE[2])
_BARE = re.compile(
    r"^\W*(?:yes|yep|yeah|si|certo|certamente|네+|넵+|넹+|예+|응|no|아니요|아니에요|어|아|done|me|it|good)\W*$"
)
_WORD = re.compile(r"[^\W\d_]+")
_NAME_WORDS = 2


def is_thanks(folded: str) -> bool:
    """Whether a folded text only says thanks or "understood". A bare "yes" or "no" answers a question, and is not."""
    text = folded.strip()
    if not text or len(text) > _MOST or any(c.isdigit() for c in text) or _STOP.search(text) or _BARE.match(text):
        return False
    says_so = bool(_SAYS_SO.search(text)) or (bool(_UNDERSTOOD.search(text)) and bool(_FINE_WORD.search(text)))
    if not says_so and not _THANKS_EMOJI.search(text):
        return False
    rest = _KOREAN.sub(" ", _LATIN.sub(" ", _EMOJI.sub(" ", text)))
    left = [w for w in _WORD.findall(rest) if len(w) > 1]
    return len(left) <= (_NAME_WORDS if says_so and all(w.isascii() for w in left) else 1 if says_so else 0)
