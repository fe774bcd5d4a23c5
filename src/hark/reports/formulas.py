"""The formulas of the figures in Italian and Korean, for mails and files; the English ones stand in `figures`. The browser
has the same words in its catalogues, and a test holds them equal."""

FORMULAS: dict[str, tuple[str, str]] = {
    "received": (
        "Messaggi dei clienti ricevuti nel periodo. Spam, loop, risposte automatiche e rimbalzi sono esclusi.",
        "기간 중 받은 고객 메시지. 스팸, 반복 메일, 자동 회신, 반송은 제외합니다.",
    ),
    "sent": (
        "Risposte pubbliche di persone partite nel periodo, anche quelle scritte nell’app di un fornitore. Escluse "
        "risposte automatiche, bot, e ciò che è programmato o annullato.",
        "기간에 발송된 담당자의 공개 답변입니다. 외부 앱에서 쓴 답변도 포함하고, 자동 응답·봇·예약·취소된 답변은 제외합니다.",
    ),
    "first_reply.team": (
        "Ore di lavoro dal primo messaggio del cliente in un episodio al primo messaggio pubblico di una persona. "
        "Episodi iniziati nel periodo; conferme automatiche e bot non fermano l’orologio.",
        "한 건의 첫 고객 메시지부터 사람이 보낸 첫 공개 메시지까지의 영업시간. 기간 중 시작한 건을 셉니다. 자동 확인과 봇은 시계를 멈추지 않습니다.",
    ),
    "first_reply.customer": (
        "Tempo, giorno e notte, dal primo messaggio del cliente in un episodio al primo messaggio pubblico di una "
        "persona. Episodi iniziati nel periodo.",
        "한 건의 첫 고객 메시지부터 사람이 보낸 첫 공개 메시지까지의 시간(24시간 기준). 기간 중 시작한 건을 셉니다.",
    ),
    "reply_wait.team": (
        "Ore di lavoro dal primo messaggio senza risposta del cliente alla successiva risposta pubblica di una "
        "persona, ogni volta che toccava a noi. Attese iniziate nel periodo.",
        "답을 받지 못한 첫 고객 메시지부터 사람의 다음 공개 답변까지의 영업시간. 우리 차례일 때마다, 기간 중 시작한 대기를 셉니다.",
    ),
    "reply_wait.customer": (
        "Tempo, giorno e notte, dal primo messaggio senza risposta del cliente alla successiva risposta pubblica di "
        "una persona. Attese iniziate nel periodo.",
        "답을 받지 못한 첫 고객 메시지부터 사람의 다음 공개 답변까지의 시간(24시간 기준). 기간 중 시작한 대기를 셉니다.",
    ),
    "unanswered": (
        "Attese iniziate nel periodo a cui nessuno ha ancora risposto e che sono ancora aperte.",
        "기간에 시작되어 아직 아무도 답변하지 않은 대기입니다.",
    ),
    "promises_kept": (
        "Promesse mantenute, tra quelle mantenute o mancate nel periodo (mantenute: alla data della risposta; "
        "mancate: alla scadenza).",
        "기간에 지켜졌거나 어긴 약속 중 지킨 비율입니다. 지킨 약속은 답변 시각, 어긴 약속은 기한을 기준으로 합니다.",
    ),
    "reply_rate": (
        "Episodi con almeno una risposta pubblica di una persona, tra quelli dei clienti iniziati nel periodo.",
        "기간 중 고객이 시작한 건 가운데 사람의 공개 답변을 한 번 이상 받은 비율.",
    ),
    "reply_rate_messages": (
        "Messaggi ricevuti nel periodo dopo i quali una persona ha scritto nella conversazione, sul totale.",
        "기간에 받은 고객 메시지 중 이후 담당자가 대화에 답변한 비율입니다.",
    ),
    "reply_rate_days": (
        "Giorni (nel tuo fuso) in cui il cliente di una conversazione ha scritto e una persona ha risposto lo stesso "
        "giorno, su tutti i giorni in cui ha scritto.",
        "고객이 글을 남긴 날 중 같은 날(내 시간대 기준) 담당자가 답변한 날의 비율입니다.",
    ),
    "resolution_rate": (
        "Episodi risolti tra quelli iniziati nel periodo. Una riapertura entro 7 giorni continua l’episodio.",
        "기간 중 시작한 건 가운데 해결된 비율. 7일 안에 다시 열리면 같은 건으로 이어집니다.",
    ),
    "first_contact": (
        "Episodi risolti e mai riaperti entro 7 giorni, tra quelli iniziati nel periodo che potevano essere risolti.",
        "기간에 시작된 문의 중 해결되고 7일 안에 다시 열리지 않은 비율입니다.",
    ),
    "reopen_rate": (
        "Episodi riaperti almeno una volta entro 7 giorni, tra quelli iniziati nel periodo che sono stati risolti.",
        "기간에 시작되어 해결된 문의 중 7일 안에 한 번 이상 다시 열린 비율입니다.",
    ),
    "resolution_time.team": (
        "Ore di apertura dall’inizio dell’episodio alla sua ultima risoluzione. Episodi iniziati nel periodo.",
        "문의 시작부터 마지막 해결까지의 업무 시간입니다. 기간에 시작된 문의가 대상입니다.",
    ),
    "resolution_time": (
        "Dall’inizio dell’episodio all’ultima risoluzione, giorno e notte. Episodi iniziati nel periodo.",
        "건의 시작부터 마지막 해결까지의 시간(24시간 기준). 기간 중 시작한 건을 셉니다.",
    ),
    "handle_time": (
        "Per quanto tempo una persona ha scritto in una conversazione, sommando i tratti iniziati nel periodo; un "
        "minuto senza tasti chiude un tratto.",
        "담당자가 대화에서 작성 중이던 시간의 합입니다. 1분간 입력이 없으면 한 구간이 끝납니다.",
    ),
    "stage_time.team": (
        "Ore di apertura dei tratti tra un passaggio di mano e l’altro, fino alla risoluzione. Tratti iniziati nel "
        "periodo; il totale conta anche quelli in corso.",
        "해결될 때까지 담당이 바뀌는 사이사이의 업무 시간입니다. 기간에 시작된 구간이 대상이며 합계에는 진행 중인 구간도 포함됩니다.",
    ),
    "stage_time.customer": (
        "Durata, giorno e notte, dei tratti tra un passaggio di mano e l’altro, fino alla risoluzione; quelli di una "
        "conversazione sommano esattamente alla sua età. Tratti iniziati nel periodo.",
        "해결될 때까지 담당이 바뀌는 사이사이의 시간(밤낮 포함)입니다. 한 대화의 구간을 더하면 전체 경과 시간과 정확히 같습니다. 기간에 시작된 구간이 대상입니다.",
    ),
    "holding_rate": (
        "Risposte pubbliche che tengono la palla («stiamo verificando»), tra quelle di persone partite nel periodo.",
        "기간에 발송된 담당자 답변 중 ‘확인 중입니다’처럼 처리를 이어 가는 답변의 비율입니다.",
    ),
    "asked_person": (
        "Clienti che nel periodo hanno chiesto una persona a un bot e a cui da allora ha scritto una persona del "
        "team, sul totale di chi l’ha chiesta.",
        "기간에 봇에게 상담원을 요청한 고객 중 그 뒤 팀의 담당자가 답한 고객의 비율입니다.",
    ),
    "asked_person_after": (
        "Dal momento in cui un cliente ha chiesto una persona a un bot al primo messaggio pubblico di una persona, "
        "giorno e notte. Richieste del periodo.",
        "고객이 봇에게 상담원을 요청한 때부터 담당자의 첫 공개 메시지까지의 시간입니다(밤낮 포함). 기간에 요청한 건입니다.",
    ),
    "severity_raised": (
        "Quante volte la gravità di una conversazione è stata aumentata nel periodo, da una persona o una regola.",
        "기간에 담당자나 규칙이 대화의 심각도를 올린 횟수입니다.",
    ),
    "actions": (
        "Ciò che le persone hanno fatto a mano nel periodo: risposte, risoluzioni, assegnazioni, tag, posticipi, "
        "note.",
        "기간에 담당자가 직접 한 작업입니다: 답변, 해결, 배정, 태그, 다시 알림, 메모.",
    ),
    "active_hours": (
        "Ore dell’orologio in cui una persona ha fatto qualcosa a mano, una volta per persona.",
        "담당자가 직접 작업한 시각(1시간 단위)의 수입니다. 사람마다 한 번씩 셉니다.",
    ),
    "topic_share": (
        "Quota dell’argomento più frequente tra le conversazioni con argomento a cui una persona ha risposto: 100 % "
        "è un solo argomento tutto il giorno.",
        "담당자가 답변한 대화 중 가장 잦은 주제의 비중입니다. 100%는 하루 종일 한 주제만 다룬 것입니다.",
    ),
    "topic_entropy": (
        "Entropia in bit degli argomenti tra le conversazioni a cui una persona ha risposto: 0 è un solo argomento, "
        "3 è vario come otto ugualmente frequenti.",
        "담당자가 답변한 대화 주제의 엔트로피(비트)입니다. 0은 한 가지 주제, 3은 여덟 주제가 고르게 섞인 수준입니다.",
    ),
    "wait_cost": (
        "Valore in gioco × gravità × probabilità di abbandono durante ogni attesa, sommati per le attese iniziate "
        "nel periodo e concluse.",
        "위험 금액 × 심각도 × 대기 중 이탈 확률. 기간 중 시작해 끝난 대기를 더합니다.",
    ),
    "searches": (
        "Ricerche in una visita (l’arrivo da un motore di ricerca è la prima) finché si apre un articolo e per 30 "
        "minuti non segue né un’altra ricerca né un messaggio. Le altre sono finite senza risposta.",
        "방문 중(검색 엔진에서 들어온 것을 첫 검색으로 셈) 문서를 열고 30분 안에 다시 검색하거나 문의하지 않을 때까지의 검색 수입니다. 나머지는 답을 찾지 못한 방문입니다.",
    ),
    "gave_up": (
        "Visite in cui qualcuno ha aperto il messenger o iniziato a scrivere e non ha inviato nulla, sul totale di "
        "queste.",
        "메신저를 열거나 쓰기 시작했지만 보내지 않은 방문의 비율입니다.",
    ),
}  # fmt: skip
"""Key of a figure, with its clock where it has two formulas -> (Italian, Korean)."""
