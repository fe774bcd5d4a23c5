"""The patterns behind the signals, by language, over folded text (lower case, no accents, straight quotes).

English and Italian patterns are words with their variants; a request for a person must be a request: "I spoke to an agent
yesterday" asks for nobody. Korean patterns are stems, because endings and particles stand behind them without a space.
"""

import re

_PERSON_EN = (
    r"(?:(?:a|an|the|your|some|any|one of your|another|real|live|actual|human|proper|customer|support|service|care|sales|"
    r"technical|tech|billing|phone|senior|different|from) )*"
    r"(?:humans?|persons?|people|agents?|representatives?|reps?|operators?|someone|somebody|anyone|anybody|managers?|"
    r"supervisors?|staff|advisou?rs?|colleagues?|consultants?|team members?|customer (?:service|support|care)|"
    r"support team|(?:living|human) being|specialist)"
)
_BOT_EN = r"(?:(?:a|an|the|your|this|that|stupid|some) )*(?:bots?|chatbots?|robots?|machines?|computers?|ai|automat\w+|virtual assistants?)"

WANTS_PERSON = {
    "en": (
        rf"(?:talk|speak|chat|connect|transfer|escalate|forward|switch|hand)(?: me| this| it| us)?(?: over| through)? (?:to|with) {_PERSON_EN}\b",
        rf"(?:put|get|pass|patch|connect|transfer|switch)(?: me)? (?:through )?(?:on |onto |to |with |through to |over to )?(?:a|an|the|some|your|another) {_PERSON_EN}\b(?! code| number| id)",
        r"(?:put|pass|patch|get) me (?:through|on|onto|over)",
        rf"(?:give|find|send|get|bring) me {_PERSON_EN}\b",
        r"(?:want|need|prefer|demand|request|requesting|require|like) (?:to (?:have|get|see|reach) )?(?:a |an |the |some |real |actual |live )*(?:human|person|agent|representative|rep|operator|manager|supervisor)\b(?! account| seat| licen[cs]e| role| code)",
        r"(?:want|need|like|can|could|have|let|may) (?:\w+ )?(?:a |an |some )*(?:human|real person|live person|someone|somebody|agent|manager|person)(?: (?:please|to)? ?(?:call|contact|ring|phone|help|reach|talk|speak|get back)(?: to)? (?:me|us|with me)| please)",
        r"(?:human|agent|operator|representative|real person|live agent|live person|live chat|manager|supervisor)(?:,? please|,? now|!)",
        r"\A\W*(?:a |an |the |real |live |human )*(?:human|agent|operator|representative|rep|person|human being|customer service|customer support|support agent)\W*\Z",
        r"\b(?:call|phone|ring) me(?: back)?\b(?! (?:crazy|old|mr|mrs|ms|sir|dr|by|if|when|names))",
        r"(?:is there|are there|isn't there|is) (?:really |actually )?(?:a |an |any |some )*(?:human|real person|real people|humans|anyone|anybody|live agent|person)\b(?: (?:here|there|around|available|behind|real|i|who|that|to|on|in)|\W*\Z|\W*\?)",
        rf"(?:don't|do not|dont|not|never|no|stop|hate|tired of|sick of|enough of|without|instead of|rather than)(?: want| wanna| like| wish| going| trying| need)?(?: to)? ?(?:talk|talking|speak|speaking|chat|chatting|deal|dealing|waste|wasting)?(?: my time)? ?(?:to|with)? ?{_BOT_EN}\b(?! (?:account|traffic|protection|filter|detection|answer))",
        r"(?:reach|contact|see|meet|escalate to) (?:a |an |the |your )+(?:real |live |human )*(?:human|person|agent|representative|manager|supervisor|operator)\b",
        r"(?:i'd rather|i would rather|prefer to|rather) (?:talk|speak|chat|deal) (?:to|with) (?:a )?(?:human|person|real|somebody|someone|people)",
    ),
    "it": (
        r"(?:parlare|parlarne|parlo|parlassi|discutere|conferire|chattare|comunicare|sentire|interagire|contattare|raggiungere|avere|trovare)(?: al telefono| direttamente| subito| adesso| ora| per favore)*(?: con)? (?:l'|un |un'|una |uno |il |lo |la |qualche |vostro |vostra |vero |vera |altro |altra )*"
        r"(?:operator[ei]|operatrice|person[ae](?: ver[ae]| real[ei]| fisic[ae]| uman[ae])?|uman[oi]|essere umano|qualcuno|addett[oa]|responsabile|consulente|assistente umano|agente|rappresentante|impiegat[oa]|collega|direttore|titolare|tecnico|commercial[ei]|vostr[oa] \w+)\b",
        r"(?:passami|passatemi|passarmi|mi passi|mi passa|mi passate|mi puoi passare|mi puo passare|mi metta|mettimi|mettetemi|collegami|collegatemi|mi colleghi|trasferiscimi|trasferitemi|chiamami|chiamatemi|mi chiami|mi chiamate|richiamatemi|richiamami|mi richiami|mi richiamate|mi faccia parlare|fammi parlare|fatemi parlare)\b",
        r"(?:voglio|vorrei|desidero|preferisco|preferirei|mi serve|ho bisogno di|pretendo|esigo|chiedo|datemi|dammi|mi dia)(?: parlare con)? (?:l'|un |un'|una |uno |vero |vera |altro )*(?:operator[ei]|operatrice|person[ae]|uman[oi]|essere umano|responsabile|consulente|agente)\b",
        r"(?:essere chiamat|essere contattat|essere richiamat|venire contattat)[oa]",
        r"\A\W*(?:un |una |uno )?(?:operatore|operatrice|persona vera|persona reale|umano|operatore umano|essere umano|assistenza umana|persona)(?: per favore| grazie| subito| ora)?\W*\Z",
        r"(?:operatore|operatrice|persona|umano),? (?:per favore|per piacere|per cortesia|subito|grazie)",
        r"(?:in carne e ossa|in carne ed ossa|operatore umano|operatore reale|assistenza umana)",
        r"(?:non|mai|basta|smett\w+ di|stuf[oa] di|stanc[oa] di|invece di|piuttosto che)(?: \w+){0,2} ?(?:parlare|parlo|chattare|avere a che fare|discutere|scrivere|rispondere)? ?(?:con|a)? ?(?:un |una |il |la |i |le |questo |questi |sto |'sto )*(?:bot|robot|chatbot|macchina|macchine|computer|risponditore|intelligenza artificiale|assistente virtuale|risposte automatiche)\b",
        r"(?:c'e|ce) (?:qualcuno|una persona|un operatore|un umano)\b",
        r"qualcuno (?:puo|potrebbe|mi puo|mi potrebbe|che mi|mi) (?:\w+ )?(?:chiam|richiam|contatt|parlar|rispond)\w*",
    ),
    "ko": (
        r"(?:상담원|상담사|상담직원|담당자|직원|매니저|책임자|관리자|사람|인간|휴먼|실무자|팀장|운영자|고객센터|누군가|누구)(?:분|님|들)*(?:이랑|랑|과|와|하고|에게|한테|께|으로|로|을|를|이|가|은|는|하고만|이라도)?\s*(?:직접|좀|바로|빨리|지금|실시간|전화로|전화|채팅|일대일|1:1|제발|당장)*\s*(?:으로|로)?\s*(?:과|와)?\s*"
        r"(?:연결(?!되었|됐|된|되서|돼서|되어서|해주셔|해 주셔|했)|통화(?!했|를 했|한 |하고 나|한다고|하니)|대화(?!했|를 했|한 |하니)|얘기(?!했|를 했|한 |하니)|이야기(?!했|를 했|한 |하니)|상담(?!했|을 했|한 |하니|받았|원|사)|말(?:씀)?(?:을|좀)?\s*(?:하고 싶|하고싶|할 수|하게|해야|해보)|불러|바꿔|바꾸어|부탁|필요|원해|원합|요청(?!했|한 )|답변\s*(?:해|부탁|받고|을 받고|원)|나와|나오|없나|없어요\?|없습니까|있나요|있어요\?|계신가|계세요|계십)",
        r"(?:상담원|상담사|상담직원|사람|직원|담당자)\s*(?:연결|호출|통화|상담|바꿔|불러|이요|요|주세요|좀요|제발|플리즈)",
        r"\A\W*(?:상담원|상담사|상담직원|사람|직원|담당자|휴먼)(?:이요|요|분이요|님)?\W*\Z",
        r"(?:봇|챗봇|로봇|기계|자동\s*응답|자동응답|인공지능|에이아이|ai)\s*(?:이랑|랑|과|와|하고)?\s*(?:은|는|이|가|을|를|한테|에게|의)?\s*(?:말고|싫|그만|답답|대화하기 싫|얘기하기 싫|얘기하고 싶지 않|대화하고 싶지 않|말하고 싶지 않|상대하기 싫|필요\s?없|안 돼|안돼요|못 알아)",
        r"(?:실제|진짜|살아있는)\s*(?:사람|상담원|상담사|직원)",
        r"(?:전화|연락|콜백)(?:를|을|도)?\s*(?:좀|꼭|빨리|직접)?\s*(?:주세요|주십시오|주시겠|해\s?주세요|해\s?주십시오|해\s?주시겠|부탁|바랍|바라|주실|주시기|해\s?줘|줘)",
        r"(?:전화|유선)\s?(?:상담|통화)(?:을|를|이|가|으로|로)?\s*(?:하고 싶|원|가능|신청|요청|부탁|할 수)",
    ),
}  # fmt: skip

ANGRY = {
    "en": (
        r"(?:very |so |really |extremely |fucking )?(?:angry|furious|livid|fuming|outraged|outrageous|appalled|appalling|disgusted|disgusting|disgraceful|disgrace|pissed|enraged|infuriat\w+|mad at|unacceptable|inexcusable|ridiculous|pathetic|incompetent|incompetence|shameful|shame on|atrocious|abysmal|dreadful|horrendous|scandalous|insulting)\b",
        r"(?:not|isn't|is not|simply not|just not|hardly) acceptable",
        r"(?:worst|terrible|horrible|awful|lousy|shitty|crappy|useless|garbage|trash) (?:\w+ )?(?:service|support|company|experience|customer|product|app|website|team|people|staff|help|bot|i(?:'ve| have)? ever|ever)\b",
        r"(?:you|you guys|you people|this company|your (?:\w+ )?(?:service|support|company|app|product|team|bot|website|staff))(?: is| are|'re)? (?:all |so |completely |absolutely |totally |just |really )*(?:the worst|terrible|horrible|awful|useless|a joke|jokes?|garbage|trash|rubbish|crap|shit|scammers|thieves|liars|criminals|crooks|clowns)",
        r"(?:fed up|sick of|sick and tired|tired of (?:this|waiting|your|being|asking|repeating|explaining)|had enough|enough is enough|lost (?:my |all )?patience|losing (?:my )?patience|running out of patience|last straw|at my wits' end)",
        r"(?:wtf|what the (?:hell|heck|fuck|f)|bullshit|f+u+c+k\w*|f\*+\w*|shit(?:ty|show)?\b|damn|goddamn|screw you|piss off|assholes?|bastards?|idiots?|morons?|clowns|stupid (?:bot|company|service|app|people|machine|website)|crap\b)",
        r"(?:this is|what|it's|it is|such|complete|total|absolute)(?: all)? (?:a |an )?(?:\w+ )?(?:joke|scam|fraud|rip.?off|nightmare|robbery|theft|circus|farce|disaster)\b",
        r"(?:scam(?:med|mers|ming)|ripped (?:me )?off|rip.?off|con artists|thieves|robbing|stealing (?:my|our) money|stole (?:my|our) money|cheated me)",
        r"(?:waste of (?:my )?(?:time|money)|wasted (?:my|hours of my) (?:time|day)|wasting my time|never again|thanks for nothing|thank you for nothing)",
        r"(?:how many (?:more )?times (?:do|must|have|should|will|am)|for the (?:third|fourth|fifth|tenth|umpteenth|hundredth|last|\d+(?:rd|th)) (?:\w+ )?time|(?:third|fourth|fifth|tenth|umpteenth|\d+(?:rd|th)) time (?:i|i'm|i've|that i|asking|writing))",
        r"(?:my (?:lawyer|attorney|solicitor)|legal action|take you to court|see you in court|small claims|going to sue|i(?:'ll| will) sue|sue you|report(?:ing)? you to|better business bureau|trading standards|file a complaint|filing a complaint|formal complaint|make a complaint)",
        r"(?:still|absolutely|literally) (?:no|zero) (?:answer|response|reply|help)\b[^?]*!",
        r"(?:ignored|ignoring) (?:me|my (?:mails?|emails?|messages?|requests?))|nobody (?:cares|answers|responds|helps)|no ?one (?:cares|answers|responds|helps)",
        r"(?:extremely|very|deeply|so|bitterly|beyond|really) (?:disappointed|frustrated|frustrating|disappointing|upset|annoyed|unhappy|dissatisfied)|(?:i am|i'm) (?:frustrated|upset|annoyed|disappointed)",
    ),
    "it": (
        r"(?:arrabbiat|incazzat|furios|furibond|indignat|infuriat|imbestialit|nauseat|esasperat|esterrefatt|allibit)[oaie]\b",
        r"(?:inaccettabil[ei]|inammissibil[ei]|intollerabil[ei]|indecent[ei]|vergogn\w+|schif\w+|scandal\w+|ridicol[oaie]|pietos[oaie]|osceno|allucinant[ei]|assurd[oaie]|una presa in giro|prendendo in giro|prendete in giro|presi in giro|preso in giro|presa per il culo|prendendo per il culo)\b",
        r"(?:pessim[oaie]|orribil[ei]|orrend[oaie]|terribil[ei]|disastros[oaie]|penos[oaie]|inutil[ei])\b (?:\w+ )?(?:servizio|assistenza|esperienza|azienda|societa|supporto|bot|app|sito|prodotto|qualita)|(?:servizio|assistenza|esperienza|azienda|societa|supporto|app|sito)(?: clienti)?(?: \w+){0,2} (?:pessim|orribil|orrend|terribil|disastros|penos|inutil|scadent|da incubo)\w*",
        r"(?:siete|sei) (?:\w+ )?(?:pessimi|inutil[ei]|incapaci|incompetent[ei]|dei ladri|ladri|truffatori|dei truffatori|ridicoli|vergognosi|una vergogna|buffoni|disonesti|bugiardi|degli \w+)",
        r"(?:truff\w+|ladri|ladroni|delinquenti|disonest[oaie]|incompetent[ei]|incompetenza|incapaci|furto|rubat[oi] (?:i )?(?:soldi|miei))\b",
        r"(?:stuf[oa]|stanc[oa] di|stanc[oa] (?:morto|morta)|ne ho abbastanza|non ne posso piu|ho perso la pazienza|perdendo la pazienza|la pazienza (?:e finita|ha un limite)|basta cosi|adesso basta|ora basta|e ora di finirla)",
        r"(?:cazz\w+|merd\w+|stronz\w+|vaffanculo|fanculo|coglion\w+|che palle|porc[oa] \w+|idiot[ai]|imbecill[ei]|cretin[oi]|deficient[ei])\b",
        r"(?:avvocato|vie legali|azion[ei] legal[ei]|denuncia|denuncio|denuncero|denunciarvi|querel\w+|codacons|associazione consumatori|altroconsumo|reclamo formale|sporgere reclamo|fare reclamo|carabinieri|polizia postale)\b",
        r"(?:mai piu|perdita di tempo|perso tempo|perdere tempo|sprec\w+ (?:il mio )?tempo|grazie di niente|grazie per niente|grazie di nulla)",
        r"(?:quante volte (?:devo|dovro|ancora|ve lo)|e la (?:terza|quarta|quinta|decima|ennesima) volta|per l'ennesima volta|ennesim[oa] (?:mail|email|messaggio|richiesta|volta|sollecito))",
        r"(?:molto|profondamente|davvero|estremamente|veramente|assai|tanto|piu che) (?:delus[oaie]|frustrat[oaie]|seccat[oaie]|irritat[oaie]|contrariat[oaie]|insoddisfatt[oaie])|(?:sono|siamo) (?:delus[oaie]|frustrat[oaie]|irritat[oaie])",
        r"(?:nessuno (?:mi |ci )?(?:risponde|ha risposto|fa niente|fa nulla|si degna)|vi state prendendo gioco|mi ignorate|mi state ignorando|non vi fate vivi)",
    ),
    "ko": (
        r"화(?:가|는|도)?\s?(?:나|났|난|납|치밀)(?!아갔|와)|(?<![가-힣])화\s?나|열\s?(?:받|뻗)|빡치|빡침|빡쳐|분노|분통|격분|환장|미치겠|돌아버리|꼭지",
        r"짜증|어이(?:가|도)?\s?(?:없|상실)|기가\s?(?:막|차)|황당|불쾌|뻔뻔|괘씸|한심|무책임|무성의|성의\s?없",
        r"최악|쓰레기|개판|엉망|형편\s?없|노답|거지\s?같|거지같|개같|그지같|뭣\s?같|역대급\s?(?:구린|최악)",
        r"장난\s?(?:하|쳐|치|합|치나|이에요)|놀리는\s?(?:거|겁|건)|농락|호구로|우롱|무시하(?:는|나|시|네|십)|무시당",
        r"사기(?:꾼|당|치|쳤|를\s?당|를\s?치|업체|야|네|죠|잖|아니|인가|임)|도둑|날강도|강도\s?(?:야|냐|같|네)",
        r"씨발|시발|씨바|ㅅㅂ|ㅆㅂ|병신|ㅂㅅ|지랄|ㅈㄹ|꺼져|꺼지|좆|ㅈ같|존나\s?(?:느|늦|짜증|못|불)|미친\s?(?:놈|거|것|회사|새)|새끼|닥쳐|뒤져|멍청|바보\s?(?:같|냐|야)",
        r"고소(?:하|할|장|합|해)|소송|소비자\s?(?:원|보호원|고발|센터에)|소보원|금감원|국민신문고|신고(?:하겠|할\s?거|할게|할\s?겁|합니다|할\s?예정|해\s?버)|법적\s?(?:조치|대응|으로)|변호사|민원\s?(?:넣|제기|접수하겠)|공정위|언론에|제보하",
        r"몇\s?번(?:째|을|이나|이고|씩|\s?(?:말|얘기|전화|문의|연락|물어))|도대체|대체\s?(?:언제|왜|뭐|뭘|몇)|언제까지\s?(?:기다|참)|더\s?이상\s?(?:은\s?)?(?:못\s?참|참을|못\s?기다|기다릴\s?수)|참을\s?수(?:가)?\s?없|못\s?참|인내심",
        r"(?:너무|정말|진짜|매우|굉장히|몹시|아주|크게|완전)\s?(?:실망|불만|답답|속상|불편하네|화)|실망(?:스럽|입니다|이네|이에요|했|하게|이 큽|감)|답답(?:해|하|하네|합)",
        r"다시는\s?(?:안|이용|사지|구매|쓰지|거래)|두\s?번\s?다시|시간\s?(?:낭비|만 버)|돈\s?(?:낭비|만 버|아까)",
        r"(?:아무도|왜)\s?(?:답변|답장|연락|대답|응답)(?:을|이|도)?\s?(?:안|없|않)[^.?!]*[!?]{2}",
    ),
}  # fmt: skip

BILLING = {
    "en": (
        r"\b(?:bills?|billing|billed|invoic\w+|refund\w*|chargebacks?|overcharg\w+|payments?|receipts?|reimburs\w+|direct debit|standing order|money back|bank statement|vat (?:number|invoice)|credit note|proration|prorated|paypal|past due|overdue)\b",
        r"\bcharg(?:ed?|es|ing)\b(?! (?:my|the|your|a|this) (?:phone|battery|device|laptop|car|watch|headphones|bike|scooter)|\w* (?:cable|port|station|case|time|pad|dock|brick)|r\b)(?<!free of charge)(?<!in charge)",
        r"\b(?:pay|paid|paying|pays)\b(?! attention| a visit| close)",
        r"\b(?:credit|debit|bank) cards?\b|\b(?:subscription|monthly|annual|yearly|late|setup|cancellation|hidden|extra|membership) (?:fees?|charges?|costs?|price)\b|\bfees?\b",
        r"\b(?:money|amount|eur|usd|euros?|dollars?|pounds?|\$ ?\d+|\d+ ?\$|\u20ac ?\d+|\d+ ?\u20ac|\u00a3 ?\d+)(?: \w+){0,4} (?:taken|debited|deducted|withdrawn|charged|missing|gone|twice)",
        r"\b(?:debited|deducted|withdrew|took (?:the |my |out )?(?:money|payment)|double payment|charged (?:me )?twice|twice for the same)\b",
    ),
    "it": (
        r"\b(?:fattur\w+|addebit\w+|rimbors\w+|pagament[oi]|pagat[oaie]|pagare|pago|paghiamo|pagando|bollett[ae]|ricevut[ae] (?:fiscale|di pagamento|del pagamento)|scontrin[oi]|bonific[oi]|partita iva|nota di credito|storno|stornare|stornat[oi]|canone|tariff[ae]|prezzo|quota mensile|commissioni|rata|rate|insolut[oi]|paypal)\b",
        r"\b(?:carta di credito|carta di debito|carta prepagata|estratto conto|conto corrente|doppio (?:addebito|pagamento)|prelevat[oiae]|prelievo|scalat[oiae])\b",
        r"\b(?:soldi|euro|importo|denaro|\u20ac ?\d+|\d+ ?\u20ac)(?: \w+){0,4} (?:indietro|pres[oi]|tolt[oi]|prelevat[oi]|scalat[oi]|addebitat[oi]|sparit[oi]|mancant[ei]|due volte)|\b(?:ridatemi|rivoglio|restituitemi|restituire) (?:\w+ )?(?:soldi|denaro)\b|\brivoglio i (?:miei )?soldi\b",
    ),
    "ko": (
        r"결제|청구|환불|요금|영수증|세금\s?계산서|계산서|과금|인출|출금|이체|송금|입금|납부|미납|연체|카드값|카드\s?대금|수수료|할부|페이팔|카카오페이|네이버페이|무통장|캐시백|자동\s?납부|돈(?:이|을|은)?\s?(?:빠져|나갔|나가|돌려|안\s?들어|빠졌)|승인\s?취소|부분\s?취소|구독료|이용료|월\s?회비|연회비|(?:이중|중복)\s?(?:결제|청구|출금)|가격|금액|비용|차액|위약금",
    ),
}  # fmt: skip

_WHAT_EN = r"(?:(?:my|our|the|this|your|a|an|all|whole|entire|annual|monthly|yearly|premium|pro|paid|free|trial|current) ){0,5}(?:accounts?|subscriptions?|plans?|contracts?|memberships?|services?|renewals?|auto.?renewals?|profile|policy|trial|agreement|licen[cs]es?|workspace)"
_WHAT_IT = r"(?:(?:il|lo|la|i|le|del|dell'|al|all'|un|l'|mio|mia|nostro|nostra|questo|quest'|vostro|vostra|suo) ?){0,5}(?:account|abbonamento|contratto|iscrizione|profilo|servizi?o?|conto|rinnovo|utenza|fornitura|linea|piano|prova gratuita|polizza|tessera|rapporto)"
LEAVING = {
    "en": (
        rf"(?:cancel|cancell?ing|terminate|terminating|end|ending|close|closing|delete|deleting|deactivate|deactivating|discontinue|discontinuing|stop|stopping|drop|dropping|quit|quitting|leave|leaving|opt out of) {_WHAT_EN}\b",
        rf"(?:cancellation|termination|closure|deletion) of {_WHAT_EN}\b|{_WHAT_EN} (?:cancellation|termination|closure|deletion)\b",
        r"(?:want|like|wish|need|going|decided|how (?:do|can) i|where (?:do|can) i|can i|trying|plan|planning|intend|about|considering|thinking (?:of|about)|would like)(?: \w+)?(?: to)? (?:cancel|cancell?ing|unsubscribe|quit|leave you|leaving you|opt out)(?!\w| (?:\w+ ){0,3}(?:orders?|appointments?|bookings?|reservations?|meetings?|deliver\w+|transfers?|payments?|transactions?|shipments?|flights?|tickets?|top.?ups?|purchases?|calls?|items?|parcels?|packages?))",
        r"\b(?:unsubscribe me|please unsubscribe|please cancel\W*\Z|cancel everything|cancel me)\b",
        r"(?:switch|switching|switched|move|moving|moved|change|changing|go|going|migrate|migrating|looking at|leaving(?: \w+)? for) (?:over )?(?:to |for |at )?(?:(?:a|an|the|your|another|other|different|some|one of your|cheaper|better) )*(?:competitors?|competition|providers?|vendors?|suppliers?|alternatives?|compan(?:y|ies)|carriers?|someone else|somewhere else|elsewhere)\b",
        r"(?:take|taking|bring) (?:my|our) (?:business|money|custom) (?:elsewhere|somewhere else|away)",
        r"(?:won't|will not|wont|not going to|don't want to|do not want to|not|never)(?: be)? (?:renew|renewing|continu\w+ (?:my|our|with|the|this|using)|extend\w* (?:my|our|the) (?:contract|subscription|plan)|use (?:you|your \w+|this \w+) (?:again|any ?more)|(?:buy|order|shop|book)\w* (?:\w+ )?(?:from|with|at) you(?: guys)? (?:again|any ?more|ever))",
        r"(?:no longer|don't|do not|dont) (?:want|need|wish to (?:use|have|keep|continue)|plan to (?:use|keep|stay)|intend to (?:use|stay|keep|renew))(?: to (?:use|be|have|keep|continue|stay))?(?: a member| a customer)? ?" + _WHAT_EN + r"(?: any ?more| any longer)?\b",
        r"(?:lost|losing|lose) (?:me|us) as (?:a )?customers?|(?:no longer be|stop being|not be) (?:a |your )+customer|good ?bye forever|i'm (?:out|leaving|done with (?:you|this|your))\b|i am (?:leaving|done with (?:you|this|your))\b|we(?:'re| are) leaving\b",
        r"(?:close|delete|remove|erase) (?:all )?(?:my|our) (?:data|account|profile|details)(?: and (?:account|data|profile))?",
    ),
    "it": (
        r"\b(?:disdir\w+|disdett\w+|disdic\w+|recess[oi]|receder\w+|rescind\w+|rescission\w+|risoluzione del contratto|disiscri\w+|disattivare (?:l'|il |la )?(?:account|abbonamento|servizio|linea|profilo))\b(?! (?:\w+ ){0,3}(?:appuntament|prenotazion|ordin|visit|viagg|vol|consegn)\w*)",
        rf"\b(?:cancell(?:are|arvi|armi|azione|atemi|ate|o|i|ando)|annull(?:are|amento|ate|o|i)|chiud(?:ere|ete|o|i|a)|chiusura|elimin(?:are|azione|ate|o|i)|termin(?:are|o)|interromp(?:ere|ete|o)|cess(?:are|azione)|sospend(?:ere|o) definitivamente|lasciare|non (?:voglio|vorrei|desidero|intendo) (?:piu )?(?:rinnovare|avere|continuare|tenere)|non rinnov(?:o|are|ero|iamo|eremo|ate)|mancato rinnovo)(?: di| del| dell')? ?{_WHAT_IT}\b",
        r"\b(?:cancellarmi|cancellatemi|toglietemi dalla lista|non (?:intendo|voglio|vorrei) (?:piu )?rinnovare|non rinnover[oe]\w*|non rinnovo|non rinnoviamo)\b",
        r"\b(?:pass(?:o|are|iamo|ero|eremo|ando)|cambi(?:o|are|amo|ero|eremo|ando)|mi rivolg\w+|rivolger\w+|vado|andr[oe]\w*|andare|mi sposto|spostarmi|migr\w+)(?: (?:a|ad|alla|al|da|dalla|con|verso|presso))?(?: (?:un|una|un'|il|la|i|vostr[ioa]|qualche))* ?(?:altr[oaie] (?:fornitore|azienda|operatore|gestore|societa|compagnia|servizio|parte|banca|fornitor[ei]|negozio)|concorrenz\w+|concorrent[ei]|fornitore|gestore|operatore (?:telefonico|energetico)|altrove|compagnia|azienda)\b",
        r"\b(?:me ne vado|ce ne andiamo|vi (?:lascio|lasciamo|abbandono|saluto per sempre)|avete perso un client\w+|perdete un client\w+|perso come client\w+|non (?:sono|saro|voglio essere) piu (?:un )?(?:vostr[oa] )?client\w+|non (?:compro|comprero|acquistero|ordino|ordinero|usero) (?:mai )?piu|smett\w+ di (?:usare|utilizzare) (?:il |la )?(?:vostr[oa]|servizio|app))\b",
    ),
    "ko": (
        r"해지|탈퇴|해약|구독\s?(?:을|를)?\s?(?:취소|끊|중단|중지|그만|안\s?할|종료)|(?:계정|아이디|회원|멤버십|정기\s?결제|자동\s?(?:결제|갱신)|요금제|플랜|서비스|이용|계약)(?:을|를|은|는|의)?\s?(?:다\s?)?(?:삭제(?!됐|되었|된)|폐쇄|취소(?!됐|되었|된)|해제|종료(?!됐|되었|된)|중단(?!됐|되었|된)|없애|철회|끊)",
        r"갈아\s?타|갈아탈|(?:다른|타|경쟁)\s?(?:업체|회사|서비스|통신사|곳|데|쇼핑몰|은행|제품|사)(?:로|으로|를|에서|꺼|거)?\s?(?:옮|바꾸|바꿀|바꿔|갈|이동|이용하|쓰|쓸|알아보|변경|사|가입)",
        r"(?:재계약|갱신|연장)(?:은|을|를|도)?\s?(?:안\s?(?:하|할|해)|하지\s?않|않|거부|의사\s?(?:가\s?)?없|생각\s?(?:이\s?)?없|취소)",
        r"(?:그만|더\s?이상|이제|앞으로)\s?(?:는\s?|은\s?)?(?:안\s?)?(?:이용|사용|쓰|쓸|써|구독|거래)(?:하지|지)?\s?(?:안|않|하고|하려|하겠|할게|할래|을래|을게|래요|려고|고\s?싶|습니다)|다시는\s?(?:안|이용|사지|구매|쓰지|거래)|떠나(?:겠|려|고|ㄹ)|회원\s?탈퇴|탈회",
    ),
}  # fmt: skip

# negation --------------------------------------------------------------------------------------------------------------
# "I don't want to cancel" is no wish to leave, "I don't know how to cancel" and "I can't cancel" are.
BEFORE_NEGATES = re.compile(
    r"(?:"
    r"(?:(?<!\bcan )(?<!\bcould )\bnot|(?<!\bca)(?<!\bcould)n't|\bnever|\bdont|\bdidnt|\bdoesnt|\bwont|\bisnt|\bwasnt|\bcannot believe i)\s+(?:(?:really|actually|even|yet|necessarily|currently|at all|just|in any way|ever)\s+)*"
    r"(?:(?:want|wanted|wanting|wish|wishing|need|needed|like|liked|plan|planning|intend|intending|going|trying|asking|asked|looking|about|here|mean|meant|thinking|writing|have|talking|complaining|request\w*|said|saying|say)\b(?:\s+[\w']+){0,4}?\s+)?"
    r"(?:(?:to|the|a|an|be|so|that|very|my|me|you|in|all|for|particularly|too|quite|speak|talk|get|is|was|of|about)\s+)*"
    r"|\b(?:no need|no reason|no intention|no plans?|no wish|no desire|without|instead of|rather than|other than|no longer|nothing|no|neither|nor|hardly)(?:\s+[\w']+){0,3}\s+"
    r"|\bnon\s+(?:(?:proprio|affatto|certo|assolutamente|ancora|per|mi|ci|vi|lo|la|era|e|sono|siamo|sto|ero|ho|abbiamo|si|tratta|e'|si tratta di|per niente)\s+)*"
    r"(?:(?:voglio|volevo|vorrei|vogliamo|intendo|intendiamo|desidero|desideriamo|serve|occorre|bisogno|intenzione|chiedendo|chiedo|dovete|dovevate|devo|penso|pensando|pensiamo|necessario|parlando|cercando|detto|scrivo|scrivendo)\s+(?:[\w']+\s+){0,3}?)?(?:(?:di|a|il|la|un|una|l'|che|per|piu)\s*)*"
    r"|\b(?:senza|invece di|piuttosto che|niente|nessun[ao]?)(?:\s+[\w']+){0,2}\s+"
    r")$"
)  # fmt: skip

AFTER_NEGATES_KO = re.compile(
    r"^[가-힣]{0,6}\s?(?:을|를|은|는|이|가|도|까지|할|하려는|하려고 하는|하려던|하고자 하는|하겠다는|하자는|한다는|하는|한|인|난|고|거나)?\s?"
    r"(?:건|것|게|거|걸|뜻|말|문제|얘기|상황|정도|생각|의향|마음|계획|필요|의사|때문)?(?:은|는|이|가|도|까지는|를)?\s?"
    r"(?:아니(?!면)|아닙|아녜|아녀|아닌|없(?:어요|습|고|는데|지만|으니|네)|않|지\s?않|지는\s?않|지\s?말|지\s?마|말아|말고|안\s?(?:할|해(?!\s?(?:주|줘|준))|하고|하려|합|했|나|났)|싶지\s?않|싶은\s?(?:건|게|것)\s?(?:은\s?)?아니|하고\s?싶지는?\s?않)"
)  # fmt: skip

# What takes billing out: it is named only to say that this is not it.
BILLING_EXCEPT = re.compile(
    r"(?:\b(?:not|n't|nothing|isn't)\b (?:to do with|about|related to|concerning|a|asking about|for)(?: \w+){0,2} $|\bnon (?:riguarda|c'entra|si tratta di|e|parlo di|chiedo)(?: \w+){0,3} $|\bniente a che (?:fare|vedere) con(?: \w+){0,2} $)"
)
BILLING_EXCEPT_KO = re.compile(
    r"^\s?(?:(?:문제|건|쪽|관련|문의|이야기|얘기)(?:은|는|이|가|과는|와는|과|와)?\s?){0,3}(?:은|는|이|가)?\s?(?:아니|아닙|아닌|상관\s?없|무관|관계\s?없|없습)"
)
FREE_OF_CHARGE = re.compile(
    r"\b(?:free of|no extra|without extra|in|at no) charge\b|\bcharge(?:d|s)? (?:my|the|your|a) (?:phone|battery|device|laptop|car|watch)\b|무료\s?결제"
)

# What somebody else has said, in quotation marks after a word of saying: not what the customer asks for.
REPORTED = re.compile(
    r"(?:\b(?:says?|said|saying|reads?|asks?|asked|told me|wrote|writes|message|error|button|option|titled|called|named|labelled|labeled|subject|dice|diceva|detto|scritto|scrive|messaggio|errore|pulsante|bottone|tasto|intitolat\w|oggetto|chiamat\w|voce)\b[^\"\u201c\u00ab]{0,20})(?:\"[^\"]{2,300}\"|\u201c[^\u201d]{2,300}\u201d|\u00ab[^\u00bb]{2,300}\u00bb|'[^'\n]{3,300}'(?!\w))"
    r"|(?:\"[^\"]{2,300}\"|\u201c[^\u201d]{2,300}\u201d|'[^'\n]{2,300}')\s?(?:이?라고|이?라는|이?라며|란\s|버튼|메시지|메뉴|문구|오류)",
    re.I,
)
