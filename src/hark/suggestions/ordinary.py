"""Ordinary words of support mail in English, Italian and Korean: they may stand in a suggestion although this workspace
has not sent them often yet. Words that are also given names, numbers, months and days are left out on purpose.
"""

_ENGLISH = """
able accept access account action activate active add address advance advise agree allow already also although always
amount answer anyone anything anyway apologise apologize apology app appear apply appreciate area arrive article aside ask
assist attach attached attachment attempt automatic automatically available away back bad balance bank basic begin
behind believe best better bill billing blank block book both bottom box break bring browser build bug business busy button
buy cable cache call cancel cancellation card care carefully carrier carry cart case cause certain certainly change charge
chat check checkout choose clear clearly click close code come comment common company complete completely computer concern
confirm confirmation connect connection consider contact contain continue copy correct correctly cost count country couple
cover create credit currency current currently customer data date day deal default delay delete deliver delivery department
describe desktop detail details device different difficult direct directly disable discount discuss display document done
double download drive due early easy edit either else email empty enable end enough ensure enter entire entry error
especially even ever every everyone everything exact exactly example exchange expect expire explain extra fail failure
fair fall far fast faster fault feature feel fee few field figure file fill final finally find fine finish fit fix follow
following force forget form format forward free full fully function future general generally give glad go good great
group guess guide half handle happen happy hard hardly hear helpful high hold home hope hour hours however idea immediately
important impossible improve inbox include incorrect increase indeed information inform inside install instead instruction
instructions interest internal internet invalid invoice issue item items join keep keyboard key kind kindly language
laptop large last late later latest launch lead learn least leave left length less level light like likely limit line link
list little live load local lock log login long longer look lose lost lot low machine mail main make manage manual
manually many match matter maximum maybe mean meantime meanwhile member menu message method middle might minimum minute
minutes miss missing mistake mobile mode model moment money month monthly move much multiple must name near nearly
necessary need network never new news next nice night normal normally note nothing notice notification number occur offer
office often ok okay old online open operate option options order original otherwise outside overview own package page paid
parcel part particular parts pass password past patience patient pay payment pending people per percent perfect perhaps
period permission person phone photo pick picture piece place plan play please plenty plug plus point policy poor portal
possible possibly post power prefer prepare present press previous previously price print printer probably problem process
product products profile program project proper properly provide purchase push put quality quantity question questions
quick quickly quite raise rate rather reach read ready real really reason receive received recent recently recipient
recommend record recover reduce refer refresh refund refunds regard regarding regards register regular reinstall reject
related release remain remember remind remove renew renewal repair repeat replace replacement reply report request require
required reset resolve respond response rest restart restore result retry return returns review right room rule run safe
sale same save say scan schedule screen screenshot search second section secure security see seem select sell send sender
sent separate serial serious server service session set settings setup several share ship shipment shipping shop short
shortly show side sign similar simple simply since single sit site size slow small software solution solve someone
something sometimes soon sorry sort sound source space speak special specific speed spend stage standard start state
statement status stay step steps still stock stop storage store straight street subject submit subscription success
successful successfully suggest support suppose sure switch system tab table take talk tap team technical tell term terms
test text thing things think time times title today together tomorrow top total touch track tracking transfer travel true
trust try turn type unable understand unfortunately unit unless until update upgrade upload urgent useful user usual
usually valid value various verify version via view visit voucher wait want warranty watch way wear website week weekly
weeks welcome whatever whenever wherever whether whole wide window wish within without wonder word work working world
worry worth write wrong year years yes yesterday yet
apologies advance bigger biggest clicked cheers dear greetings hey hi hello morning afternoon evening sincerely
tried sent wrote got gone made paid kept found chosen shown written broken bought brought began taken thought told
"""

_ITALIAN = """
abbonamento abilita accanto accede accedere accesso account acquistare acquisto adesso aggiornamento aggiornare aggiungere
aiutare aiutarla aiutarti allegare allegato allora almeno annullare app applicazione appena aprire area aspettare
assicurare assistenza attendere attenzione attivare attivo attualmente automaticamente avanti avvisare avviso azienda banca
basta batteria bene bisogno bolletta bonifico bottone browser buona buono buonasera buonagiornata cambiare cambio cancellare
capire capito carrello carta casella caso causa cavo certamente certo chiamare chiamata chiaro chiedere chiudere cliente
clicca cliccare codice collegare collegamento completare completo comprare comunicare comunque conferma confermare
configurare connessione consegna consegnare consentire consiglio contattare contatto contenuto continuare conto controlla
controllare copia copiare cordiali cordialmente correggere corretto correttamente corriere corso costo creare credito data
dati dettagli dettaglio digitare dire direttamente disattivare disponibile disponibilita dispositivo diverso diritto disguido
dispiace dispiaciuti documento domanda domande domani download dubbio effettuare effettuato elenco eliminare email emesso
entrambi entro errore esatto esempio esercizio eseguire esterno evitare fattura fatturazione fase fiducia file fine finestra
finire fornire formato foto funziona funzionare funzione futuro garanzia gentile gentilmente giornata giorni giorno giusto
grande gratis gratuito guida guasto identificativo ieri immagine immediatamente importante importo impossibile impostare
impostazione impostazioni inconveniente indicare indicato indietro indirizzo informare informazione informazioni iniziare
inizio inoltrare inoltre inserire inserito installare installazione interno internet interruttore invece inviare inviato invio
lasciare lavorativi lavorativo lavorare lavoro leggere lento libero limite linea link lista livello locale lontano lungo
magazzino mail mancante mancare mandare manuale massimo mattina meglio menu mese mesi messaggio mettere metodo migliore minimo
minuti minuto modalita modello modifica modificare modo modulo momento motivo mostra mostrare muovere necessario negozio nome
normale normalmente notifica nuova nuovamente nuovi nuovo numero offerta offrire oggi opzione opzioni ora oramai ordinare ordine
ordini ore originale ottenere pacco pagamento pagare pagina parte partire parola passaggi passaggio passare password pazienza
pensare perdere perfetto periodo permettere persona piacere piano piccolo possibile posta posto potere precedente preferire
pregare prego prelevare premere prendere preoccupare preparare presente presso prezzo prima primo privato probabilmente
problema problemi procedere procedura processo prodotti prodotto profilo programma pronto proposta proprio provare provvedere
pulsante punto purtroppo qualcosa qualcuno qualita qualsiasi qualunque ragione recente recentemente recuperare registrare
registrazione reimposta reimpostare reparto resto restituire restituzione richiedere richiesta ricevere ricevuta ricevuto
riconoscere ricordare riferimento rimborsare rimborsato rimborsi rimborso rimuovere ringraziare ringraziamo ringrazio rinnovare
rinnovo riparare riparazione ripetere riportare riprovare riscontro risolto risolvere rispondere risposta ritardo ritirare ritiro
ritornare riuscire saldo saluti saluto salvare sapere sbagliato scadenza scadere scaricare scatola scegliere schermata
schermo sconto scopo scrivere scrivania scusare scuse scusi sede seguente seguire segnalare segnalazione selezionare
selezionato semplice semplicemente sentire separato sera servire servizio sessione settimana settimane sicurezza sicuro
significa significare singolo sistema sistemare sito situazione soldi solito soltanto soluzione sospeso sostituire sostituzione
spazio specifico spedire spedito spedizione spegnere spesa spese spesso spiegare spostare stampante stampare standard stesso
strada strumento subito successivo successo supporto tasto tecnico telefonare telefono tempo tempi tenere tentare tentativo
termine terminare testo tipo titolo togliere tornare totale tracciamento tramite trasferire trasporto trovare ufficio ulteriore
ulteriori ultimo unico utente utile utilizzare utilizzo valere valido valore valutare vecchio vedere velocita veloce vendere
vendita verifica verificare versione verso vicino visitare visualizzare volere volta volte vuoto
"""

_KOREAN = """
가능 가격 가입 감사 값 개선 개월 거래 건 걱정 검색 검토 결과 결제 경우 계속 계정 계좌 고객 고객님 고장 곧 공지 과정 관련 관리 교체 교환 구독 구매
그대로 그동안 그때 그럼 그런 그렇게 금액 금일 기간 기능 기다려 기다리 기본 기술 기존 기타 나중 날짜 남은 내용 내일 네 네트워크 누락 눌러 다른 다시 다운로드 다음 단계
담당 담당자 당일 대신 대한 도움 도착 도와 동안 동일 드려 드리 드립니다 드릴게요 드렸습니다 등록 로그인 링크 마음 말씀 매장 먼저 메뉴 메시지 메일 모두 모든 목록 무료
문의 문서 문자 문제 물건 물품 바로 반갑 반드시 반품 받아 받으 방문 방법 방식 배송 배송지 버튼 번호 변경 별도 보내 보내주 보시 복구 부분 부탁 분실 불가 불편 비밀번호
빠른 빠르게 사과 사용 사유 사이트 사진 삭제 상담 상세 상자 상태 상품 새로 새로운 서비스 선택 설명 설정 설치 성함 세금계산서 소요 소프트웨어 송장 수령 수리 수정 순서
시간 시도 시스템 신청 실패 쌓인 아래 아직 안내 안녕 안전 앱 양해 언제 언제든지 업데이트 없는 없이 여기 여러 연결 연락 연락처 영수증 영업일 오늘 오류 오전 오후 온라인 완료
요금 요청 우선 운영 원인 원하 웹사이트 위치 위해 유선 유효 은행 응답 의견 이동 이렇게 이메일 이미 이상 이어서 이용 이용자 이전 이유 이제 이후 인증 인터넷 일반 일부 일정 입금 입력
있는 있습니다 없습니다 자동 자세 작동 작성 잘못 잠시 잠시만 장애 장치 재고 재발송 재설정 재시작 저장 저희 적립 적용 전달 전송 전체 전화 점검 접수 접속 정보 정상 정확 제공 제품 조금
조회 종료 좋은 죄송 주문 주소 주시 주십시오 준비 중복 즉시 지금 지난 지연 지원 직접 진행 질문 찾아 참고 창 처리 처음 첨부 청구 초기화 추가 추적 출고 충전 취소 카드 컴퓨터 쿠폰 클릭 탈퇴
택배 통해 통화 특정 파일 판매 페이지 포함 포인트 품절 프로그램 필요 하단 하루 학습 한번 할인 해결 해당 해제 해지 현재 호환 홈페이지 화면 확인 환불 환불금 회사 회신 회원 회의 후 휴대폰 흐름
드리겠습니다 드릴 드리며 드리고 드립니다 하겠습니다 하십시오 하시는 하시길 하셔서 하신 하실 하셨 되시 되셨 되었으며 되지 되면 되며 되는 되어 된 되시면 입니다 합니다만 있습니다만 이며 인지
되었습니다 됩니다 되어 됩니까 합니다 했습니다 하겠습니다 하시면 하시기 하시고 해주세요 해드리 해드리겠습니다 해드렸습니다 바랍니다 바라며 드리겠습니다 주세요 주시면 주시기 않습니다 않으면 않은 없으
있으시면 있으면 계시 위하여 따라 대해 통하여 따른 관한 같은 같이 매우 정말 너무 아주 많은 많이 더욱 항상 또한 그리고 그러나 하지만 그래서 따라서 만약 혹시 또는 및 등 때 수 것 저 제 그 이 곳 점 중 분 번 더 잘 안 못
"""

ORDINARY: dict[str, frozenset[str]] = {
    "en": frozenset(_ENGLISH.split()),
    "it": frozenset(_ITALIAN.split()),
    "ko": frozenset(_KOREAN.split()),
}

# Words that say a number or a day: with their neighbours they can be a telephone number or a date of birth.
_NUMBERS = """
zero oh nought one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million double triple
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
seventeenth eighteenth nineteenth twentieth thirtieth
january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto
diciannove venti ventuno trenta quaranta cinquanta sessanta settanta ottanta novanta cento duecento mille duemila mila milione
primo secondo terzo quarto quinto sesto settimo ottavo nono decimo
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
lunedi martedi mercoledi giovedi venerdi sabato domenica
공 영 일 이 삼 사 오 육 칠 팔 구 십 백 천 만 억 하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 스물 서른 마흔 쉰
일월 이월 삼월 사월 오월 유월 칠월 팔월 구월 시월 십일월 십이월 월요일 화요일 수요일 목요일 금요일 토요일 일요일
"""
NUMBER_WORDS = frozenset(_NUMBERS.split())
SOFT_NUMBERS = frozenset(
    {
        "one",
        "second",
        "first",
        "may",
        "march",
        "due",
        "sei",
        "uno",
        "primo",
        "secondo",
        "이",
        "일",
        "오",
        "사",
        "만",
        "천",
        "구",
        "공",
        "double",
    }
)
"""Number words that are also ordinary ones: alone they say nothing, beside another number they belong to it."""
_DIGIT_SYLLABLES = frozenset("공영일이삼사오육칠팔구십백천만억")


def is_number_word(word: str) -> bool:
    """Whether a folded word says a number, a month or a day, also written together ("ventidue", "일이삼사")."""
    if word in NUMBER_WORDS:
        return True
    if len(word) >= 2 and all(c in _DIGIT_SYLLABLES for c in word):
        return True
    return len(word) >= 7 and _is_joined(word)


def _is_joined(word: str) -> bool:
    """Number words without a space between them: "quarantadue", "fourtwoseven"."""
    ways = [True] + [False] * len(word)
    for end in range(1, len(word) + 1):
        ways[end] = any(ways[start] and word[start:end] in NUMBER_WORDS for start in range(max(0, end - 12), end - 1))
    return ways[-1]
