"""Words that say how a thing is asked and not what: they still count, but for little.

A question's own words ("how", "quale", "무엇") are rare in articles, so their rarity alone would make them weigh most.
"""

_ENGLISH = """
a about above after again against all am an and any are aren as at be because been before being below between both but by
can cannot cant could couldn d did didn do does doesn doing don down during each few for from further get gets getting got
had hadn has hasn have haven having he hello help her here hers herself hey hi him himself his how i if im in into is isn
it its itself just know let like ll m make me more most mustn my myself need no nor not now of off on once one only or
other our ours ourselves out over own please possible re s same shall she should shouldn so some such t tell than thank
thanks that the their theirs them themselves then there these they this those through to too under until up us use using
ve very want was wasn way we were weren what when where which while who whom whose why will with won would wouldn you your
yours yourself yourselves long much many take takes took
"""

_ITALIAN = """
a abbia abbiamo abbiano ad agli ai al alcuna alcune alcuni alcuno all alla alle allo altra altre altri altro anche ancora
anziche avere aveva avevano avete avra avrebbe avuto c che chi ci cio ciascun cioe coi col com come con contro cosa cosi
cui d da dagli dai dal dall dalla dalle dallo degli dei del dell della delle dello dentro deve di dopo dove dovrebbe due
durante e ecco ed egli ella era erano essa esse essere essi esso fa faccio far fare fatto fino fra fu furono gia gli grazie
ha hai hanno ho i il in invece io l la le lei li lo loro lui ma me mediante meno mentre mi mia mie miei mio molta molte
molti molto ne negli nei nel nell nella nelle nello no noi non nostra nostre nostri nostro nulla o od ogni oppure per
perche pero piu po poi posso possono potete potrebbe puo puoi qual quale quali qualche quando quant quanta quante quanti
quanto quasi quell quella quelle quelli quello quest questa queste questi questo qui quindi s sara sarebbe saranno se sei
sempre senza si sia siamo siano siete sono sta stata state stati stato su sua sue sugli sui sul sull sulla sulle sullo suo
suoi t ti tra tranne tu tua tue tuo tuoi tutta tutte tutti tutto un una uno v vi viene vengono voglio voi vorrei vostra
vostre vostri vostro buongiorno salve ciao aiuto buonasera dovrei dovrebbero dovrai dovra dobbiamo devi devo devono potrei potra
potremmo vorremmo vuole vuoi voler riesco riesce faccia fai fanno facciamo stanno sto stiamo cos dov com qualcosa qualcuno nessuno
"""

_KOREAN = """
가장 각각 거기 것 것은 것이 게 경우 관련 관련하여 관한 관해 그 그것 그건 그게 그냥 그는 그리고 그래서 그러나 그런 그런데 그럼 나 나의
내 내가 너무 누가 누구 누구를 누구의 누구인가 누구인가요 누구인지 누구지 는 다 다른 다시 대한 대해 대해서 대하여 더 도와주세요 되나요 될까요
되는지 되었는가 되었나 된 될 때 때문 또 또는 를 매우 무슨 무엇 무엇을 무엇이 무엇으로 무엇인가 무엇인가요 무엇인지 무엇일까 뭐 뭐가 뭔가요
및 바 방법이 번 부탁드립니다 부탁해요 수 싶습니다 싶어요 싶은 싶은데 아니 안 안녕하세요 알고 알려주세요 알려줘 어느 어떤 어떻게 어디 어디서 어디에
어디에서 어디인가 어디인가요 어디로 어디야 언제 언제인가 언제부터 얼마 얼마나 얼마인가 여기 왜 우리 위해 위한 으로 은 을 의 이 이건 이것 이것은 이게
이란 이런 인가 인가요 인해 일 있나요 있는 있는가 있는지 있다 있습니까 있습니다 있어요 있을까요 저 저는 저의 제 제가 제발 좀 주세요 중 즉 지
하고 하나요 하는 하는가 하려고 하려면 하면 한 한다 할 할까요 함 합니까 합니다 해요 해주세요 했나 했는가 했나요 했는지 하였는가 하였나 해야 몇 명은 등
오나요 가나요 있을까 있나 없나요 없어요 없습니다 되나 돼요 되요 안돼요 안되나요 하고싶어요 궁금합니다 궁금해요 드립니다 부탁 가능한가요 가능한지 인지 인가 언제쯤 얼마예요 뭐예요 무엇이에요 어떡해요 어떻하나요 어케 좀요 이거 그거 저거
"""

STOPWORDS: dict[str, frozenset[str]] = {
    "en": frozenset(_ENGLISH.split()),
    "it": frozenset(_ITALIAN.split()),
    "ko": frozenset(_KOREAN.split()),
}
