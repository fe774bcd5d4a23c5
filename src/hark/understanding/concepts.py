"""What different words have in common: a small thesaurus of customers' language in English, Italian and Korean.

Ten examples of a topic never hold all the words people have for it. These groups (written for Hark) let a classifier see
that "has not turned up" is about arriving, and let labels given on English messages help with Italian and Korean ones.
English and Italian words are compared by their stems, Korean ones as the beginning of a word; "_" joins a phrase.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from hark.core.text import fold

# name: english | italian | korean
CONCEPTS = """
arrive: arrive arrived arriving arrival come came here_yet turn_up turned_up show_up reach reached get_here delivered deliver delivery received receive got shipped | arrivare arrivato arrivata arriva consegna consegnato consegnata ricevuto ricevuta ricevere giunto recapitato | 도착 배송 배달 수령 받았 받지 받을 안와 안_와 왔
wait: wait waiting waited await awaiting pending hold held queue delay delayed late slow overdue takes_so_long taking_long | aspettare aspetto aspettando attesa attendo attendere ritardo lento lenta pendente sospeso | 기다 대기 지연 늦 느려 밀려 오래
send: send sent sending mail mailed ship shipping shipment post dispatch deliver parcel package courier forward | spedire spedito spedizione inviare inviato mandare mandato pacco corriere | 발송 보내 보냈 택배 송장 배송
track: track tracking trace locate whereabouts follow status progress | tracciare tracciamento rintracciare stato avanzamento | 추적 조회 현황 상태 진행
card: card cards debit_card credit_card plastic visa mastercard amex | carta carte bancomat visa mastercard | 카드
virtualcard: virtual disposable temporary one-time digital | virtuale usa_e_getta temporanea digitale | 가상 일회용
lose: lose lost losing missing misplaced left_behind cannot_find can't_find cant_find gone disappeared vanished | perso persa smarrito smarrita perdere scomparso sparito trovo_piu | 잃어 분실 없어졌 사라
steal: steal stole stolen theft thief robbed robbery burglar snatched pickpocket mugged | rubato rubata furto ladro scippato | 도난 훔쳐 훔친 도둑
fraud: fraud fraudulent scam compromised hacked unauthorized unauthorised suspicious phishing identity_theft someone_else_used did_not_make didn't_make don't_recognize dont_recognize not_recognise unknown_charge | frode truffa sospetto sospetta compromesso hackerato non_autorizzato non_riconosco clonata | 사기 해킹 도용 무단 의심 피싱
block: block blocked locked lock frozen freeze suspend suspended disabled deactivated restricted banned hold_on | bloccato bloccata bloccare sospeso sospesa congelato disattivato disabilitato | 차단 정지 잠겼 잠금 막혔 막힘 동결
unblock: unblock unlock unfreeze reactivate restore reinstate enable | sbloccare sblocco riattivare ripristinare abilitare | 해제 풀어 복구 재활성
notwork: not_working doesn't_work doesnt_work does_not_work isn't_working not_work won't_work stopped_working broken broke malfunction faulty defective fail failed fails failing failure out_of_order error bug crash crashed crashing glitch issue issues problem problems trouble wrong stuck | non_funziona rotto rotta guasto difettoso errore errori problema problemi blocca crash fallito fallita non_va non_parte | 안돼 안_돼 안되 안_되 고장 오류 에러 문제 실패 먹통 버그 튕겨 불량 작동
decline: decline declined declining reject rejected refuse refused deny denied not_accepted not_allowed turned_down didn't_go_through not_go_through not_approved | rifiutato rifiutata rifiuta negato negata respinto respinta non_accettata non_accettato | 거절 거부 거부됐 승인거절
accept: accept accepted accepts accepting acceptance approve approved approval allow allowed support supported supports | accettare accettato accettata approvato approvare consentito supportato | 승인 허용 수락 지원
activate: activate activated activation start_using set_up enable turn_on initialize register | attivare attivazione attivato abilitare registrare | 활성 등록 개통 시작
pin: pin pincode passcode pin_number code | pin codice | 핀번호 비밀번호 인증번호 코드
password: password passwords passphrase credentials login_details sign_in_details | password parola_d'ordine credenziali | 비밀번호 비번 암호 패스워드
login: login log_in log_into logging_in signin sign_in signing_in access authenticate two-factor 2fa verification_code otp | accedere accesso login entrare autenticazione | 로그인 접속 로그아웃 인증
forget: forget forgot forgotten remember don't_remember can't_remember dont_remember reset recover | dimenticato dimenticata ricordo ricordare recuperare reimpostare | 잊어 까먹 기억 재설정 초기화 찾기
change: change changed changing modify update updated edit alter switch adjust correct replace set | cambiare cambio modificare modifica aggiornare sostituire correggere | 변경 바꾸 바꿔 바꿀 수정 교체 갱신
cancel: cancel cancelled canceled cancelling cancellation undo revert reverse revoke abort call_off stop scrap delete remove erase clear | annullare annulla annullamento cancellare cancella disdire disdetta eliminare rimuovere fermare revocare | 취소 철회 삭제 제거 지워 없애 중단
close: close closing closed terminate shut delete_account get_rid_of discontinue end leave quit | chiudere chiusura terminare recedere | 해지 탈퇴 폐쇄 종료 닫
subscription: subscription subscribe subscribed plan membership member package contract tier upgrade downgrade renewal renew | abbonamento piano contratto iscrizione abbonato rinnovo rinnovare | 구독 요금제 플랜 멤버십 회원 계약 갱신
refund: refund refunded refunding money_back reimburse reimbursement give_back return_my_money chargeback credited_back get_back | rimborso rimborsare rimborsato rimborsi storno indietro_i_soldi | 환불 반환 돌려 환급
return: return returned returning send_back exchange swap | reso restituire restituzione rendere cambio | 반품 교환 회수
charge: charge charged charges charging fee fees cost costs costing surcharge commission markup extra_charge deducted debited billed taken took_money | addebito addebitato addebiti commissione commissioni costo costi spese costa prelevato scalato | 수수료 요금 청구 부과 과금 비용 출금 인출됐
twice: twice double doubled duplicate duplicated two_times second_time multiple_times again repeated repeat | due_volte doppio doppia duplicato di_nuovo ripetuto | 두번 두_번 이중 중복 또 다시 반복
invoice: invoice invoices bill bills receipt receipts statement billing vat tax_document | fattura fatture ricevuta scontrino bolletta estratto_conto partita_iva | 영수증 계산서 청구서 명세서 고지서
pay: pay payment payments paid paying purchase bought buy buying checkout spend spent settle transaction transactions | pagare pagamento pagamenti pagato pago acquisto acquistare comprato comprare transazione spesa | 결제 지불 구매 샀 납부 구입 거래
money: money cash funds fund amount sum dollars euros pounds bucks | soldi denaro contanti fondi importo euro | 돈 현금 금액 자금
withdraw: withdraw withdrawal withdrawals withdrew take_out cash_out atm cash_machine cashpoint dispense dispensed | prelevare prelievo prelievi bancomat sportello | 인출 출금 atm 현금지급기
deposit: deposit deposited top_up topup topping_up topped_up top-up load add_money add_funds adding_money put_money fund recharge credit cheque check | ricarica ricaricare versare versamento deposito depositare assegno | 충전 입금 예치 수표
transfer: transfer transfers transferred transferring wire bank_transfer send_money move_money remittance swift sepa iban | bonifico bonifici trasferire trasferimento trasferito | 송금 이체 계좌이체
beneficiary: beneficiary recipient payee receiver | beneficiario destinatario | 수취인 받는사람 수신자
balance: balance account_balance remaining how_much_do_i_have left_in available_funds | saldo disponibile rimasto credito_residuo | 잔액 잔고 남은
account: account accounts profile | conto account profilo | 계정 계좌 아이디
bank: bank banks banking | banca banche | 은행
exchange: exchange exchanging convert conversion currency currencies foreign_currency rate rates fiat dollars euros pounds yen forex | cambio valuta valute convertire conversione tasso | 환전 환율 통화 외화
crypto: crypto cryptocurrency bitcoin btc ethereum | criptovaluta criptovalute bitcoin | 비트코인 암호화폐 코인
limit: limit limits maximum max minimum cap capped restriction restrictions how_many allowed_number | limite limiti massimo massimale minimo | 한도 제한 최대 최소
verify: verify verification verified verifying identity id confirm proof prove document documents passport authenticate check_my_identity kyc | verificare verifica verificato identita documento documenti passaporto confermare | 인증 확인 신원 신분증 본인 증명 서류
why: why how_come reason what_for cause explain | perche motivo ragione spiegare come_mai | 왜 이유 어째서
how: how how_do way steps procedure process method instructions guide | come modo procedura istruzioni | 어떻게 방법 절차
where: where location located place | dove luogo posto | 어디 위치 장소
when: when what_time how_long how_soon what_day what_date time_frame eta | quando quanto_tempo a_che_ora tempi | 언제 얼마나 며칠
howmuch: how_much how_expensive price prices cost costs pricing worth value quote | quanto_costa prezzo prezzi quanto preventivo | 얼마 가격 비용 견적
who: who whom whose | chi | 누구 누가
country: country countries abroad overseas international foreign europe eu region us usa uk worldwide global nation | paese paesi estero internazionale nazione | 나라 국가 해외 외국 국내
phone: phone mobile cell cellphone smartphone iphone android device handset number | telefono cellulare smartphone dispositivo numero | 전화 핸드폰 휴대폰 폰 번호 기기
email: email e-mail mail inbox gmail message messages | email e-mail mail posta messaggio messaggi | 이메일 메일 메시지
address: address street postcode zip move moved moving relocate residence | indirizzo via cap trasloco residenza trasferito | 주소 이사 우편
name: name surname first_name last_name called nickname married rename | nome cognome chiamo chiamarsi | 이름 성함 닉네임 별명
age: age old young kids child children minor teenager years_old birthday born | eta anni figli bambino minorenne nato compleanno | 나이 미성년 아이 자녀 살 생일
app: app application apps software program website site web page browser | app applicazione sito programma pagina browser | 앱 어플 사이트 홈페이지 프로그램 웹
install: install installation download setup update upgrade reinstall version sync synchronize pair connect link linking | installare installazione scaricare aggiornamento versione collegare sincronizzare connettere | 설치 다운로드 업데이트 버전 연결 동기화 연동
apple: apple_pay google_pay apple_watch samsung_pay wallet contactless nfc tap | apple_pay google_pay portafoglio contactless | 애플페이 구글페이 삼성페이 지갑 비접촉
order: order orders ordered ordering request requested apply application | ordine ordini ordinare ordinato richiesta richiedere | 주문 신청 요청
new: new another additional extra second spare fresh different replacement | nuovo nuova altro altra ulteriore aggiuntivo sostitutivo | 새 새로 추가 다른 재발급
expire: expire expired expires expiration expiry expiring valid until due_date due deadline last_day | scadenza scaduto scaduta scade valida termine | 만료 유효 기한 마감 만기
urgent: urgent urgently asap emergency immediately quickly fast quick express rush hurry right_now soon | urgente urgenza subito immediatamente veloce rapido presto | 급 빨리 긴급 당장 즉시 빠른 서둘
help: help assist assistance support helpdesk question info information advice | aiuto aiutare assistenza supporto domanda informazioni info consiglio | 도움 도와 문의 질문 안내 정보
person: person human agent operator representative someone staff manager talk_to speak_to call | persona operatore umano responsabile parlare qualcuno addetto | 상담원 상담사 사람 직원 담당자 매니저 통화
complain: complain complaint complaints terrible awful horrible unacceptable angry disappointed frustrated worst bad poor upset unhappy | reclamo lamentela pessimo orribile inaccettabile arrabbiato deluso scandaloso | 불만 항의 최악 화나 짜증 실망 엉망
thanks: thanks thank appreciate appreciated grateful thx cheers | grazie ringrazio ringraziare gentile | 감사 고마 땡큐
hello: hello hi hey greetings good_morning good_evening howdy | ciao buongiorno salve buonasera | 안녕 하이
bye: bye goodbye see_you good_night later farewell | arrivederci addio a_presto buonanotte | 잘가 잘_가 안녕히 바이
yes: yes yeah yep sure ok okay right correct true agree affirmative absolutely definitely | si certo esatto giusto vero d'accordo | 네 예 맞아 그래 응 좋아
no: no nope nah not never negative false incorrect wrong disagree | no non mai sbagliato falso | 아니 아뇨 틀렸 싫
good: good great nice excellent amazing awesome wonderful love loved like best perfect happy fantastic | buono ottimo bello eccellente fantastico perfetto felice bravo | 좋 훌륭 최고 완벽 행복 만족
repeat: repeat say_again again say_that pardon what_did_you_say come_again | ripetere ripeti puoi_ripetere | 다시_말 반복 뭐라고
weather: weather forecast rain raining rainy snow snowing sunny cloudy temperature degrees hot cold humid wind windy storm umbrella jacket celsius fahrenheit outside | tempo meteo pioggia piove neve sole temperatura caldo freddo vento ombrello previsioni | 날씨 비 눈 기온 온도 더워 추워 바람 우산 예보
music: music song songs track tune album artist band singer playlist listen spotify jazz rock radio station audio playing play | musica canzone canzoni brano album artista cantante ascoltare radio suona | 음악 노래 곡 앨범 가수 재생 라디오 틀어
podcast: podcast podcasts audiobook episode book read novel chapter author | podcast audiolibro episodio libro leggere romanzo | 팟캐스트 오디오북 책 읽어 에피소드 소설
volume: volume loud louder quiet quieter mute unmute silence sound turn_up turn_down shut_up speaker speakers hush | volume alto basso muto silenzio suono | 볼륨 소리 음량 음소거 조용 크게
light: light lights lamp bulb brightness bright brighter dim dimmer dark color colour | luce luci lampada luminosita luminoso | 조명 불 밝기 전등 램프 어둡
turnon: turn_on switch_on power_on start enable activate | accendi accendere avvia | 켜 켜줘
turnoff: turn_off switch_off power_off shut_off stop disable shut_down | spegni spegnere disattiva | 꺼 꺼줘 끄
home: home house smart room kitchen bedroom living_room bathroom thermostat heating plug socket vacuum hoover robot clean cleaning | casa stanza cucina camera salotto bagno termostato riscaldamento presa aspirapolvere pulire | 집 방 거실 주방 청소기 청소 난방 콘센트
alarm: alarm alarms wake wake_me wakeup snooze | sveglia sveglie allarme svegliami | 알람 깨워 기상
timer: timer stopwatch countdown minutes seconds | timer cronometro minuti secondi | 타이머 초시계 분
reminder: remind reminder reminders remember notify notification alert don't_forget | ricordami promemoria notifica avviso avvisami | 알림 리마인더 알려 상기
calendar: calendar schedule scheduled appointment appointments meeting meetings event events agenda booked conference date plans busy invite | calendario appuntamento appuntamenti riunione evento eventi agenda impegni programma | 일정 달력 약속 회의 미팅 행사 스케줄
time: time clock hour hours o'clock timezone zone now | ora ore orario orologio fuso | 시간 시각 시 몇시
date: date day today tomorrow yesterday week month year monday tuesday wednesday thursday friday saturday sunday weekend | data giorno oggi domani ieri settimana mese anno lunedi martedi mercoledi giovedi venerdi sabato domenica | 날짜 오늘 내일 어제 주 월 년 요일 주말
holiday: holiday holidays vacation time_off day_off pto leave days_off annual_leave christmas easter | vacanza vacanze ferie permesso festa giorni_liberi | 휴가 연휴 휴일 공휴일 연차
list: list lists todo to-do to_do task tasks checklist item items shopping_list grocery groceries | lista liste elenco compiti attivita spesa | 목록 리스트 할일 할_일 장보기 항목
news: news headline headlines article newspaper current_events happening latest update | notizie notizia giornale titoli novita | 뉴스 기사 소식 헤드라인
joke: joke jokes funny humor laugh make_me_laugh pun | barzelletta battuta divertente ridere | 농담 웃긴 웃겨 유머
fact: fact facts trivia interesting tell_me_about something_about fun_fact | fatto curiosita interessante | 사실 상식 재미있는
define: define definition meaning mean means what_is explain describe synonym spell spelling spelled word | definizione significa significato definire sinonimo parola scrive | 뜻 의미 정의 설명 철자 단어
translate: translate translation language spanish french german italian japanese chinese english korean say_in speak | tradurre traduzione lingua inglese francese spagnolo tedesco italiano | 번역 통역 언어 영어 일본어 중국어
calculate: calculate calculator math sum plus minus add subtract multiply times divided divide percent percentage square root equals | calcolare calcola matematica somma piu meno per diviso percento radice | 계산 더하기 빼기 곱하기 나누기 퍼센트 수학
convert: convert conversion measurement how_many_in units ounces cups tablespoons inches feet miles kilometers pounds kilograms grams liters | convertire misura unita grammi litri chilometri metri | 변환 단위 그램 리터 킬로 미터
travel: travel trip trips journey vacation visit tour tourist sightseeing destination attractions go_to | viaggio viaggiare vacanza visitare turista destinazione attrazioni | 여행 관광 방문 여행지
flight: flight flights fly plane airplane airline airport boarding departure layover gate terminal | volo voli aereo aeroporto imbarco partenza scalo | 항공 비행기 공항 항공편 탑승
luggage: luggage baggage bag bags suitcase carry-on carry_on overhead checked pack | bagaglio bagagli valigia bagaglio_a_mano borsa | 수하물 짐 가방 캐리어
hotel: hotel hotels room stay accommodation hostel inn motel lodging airbnb check-in | albergo hotel camera alloggio pernottamento | 호텔 숙소 숙박 객실
book: book booking reserve reservation reservations reserved table seat seats make_a_reservation | prenotare prenotazione prenotato prenota tavolo posto | 예약 자리 좌석
confirm: confirm confirmation confirmed verify sure double_check still_on | confermare conferma confermato | 확인 확정
visa: visa visas immigration travel_visa entry permit | visto permesso ingresso immigrazione | 비자 입국 여권
vaccine: vaccine vaccines vaccination shots immunization shot | vaccino vaccini vaccinazione | 백신 예방접종
car: car vehicle auto automobile drive driving driver engine | auto macchina veicolo guidare guida motore | 차 자동차 운전 차량
carrepair: oil oil_change tire tires brake brakes mechanic jump_start battery engine_light dead_battery flat maintenance | olio gomme gomma pneumatici freni meccanico batteria manutenzione tagliando | 오일 타이어 브레이크 정비 배터리 정비소
gas: gas gasoline petrol fuel mpg gas_station tank mileage | benzina carburante serbatoio distributore consumo gasolio | 기름 연료 주유 주유소 연비
rent: rent rental rent_a_car hire lease leasing | noleggio noleggiare affitto affittare | 렌트 대여 임대 렌터카
taxi: taxi cab uber lyft ride pick_me_up | taxi passaggio corsa | 택시 우버
train: train trains bus subway metro ticket tickets railway tram public_transport station | treno treni autobus bus metro biglietto biglietti stazione tram | 기차 버스 지하철 표 티켓 열차 역
traffic: traffic congestion jam road roads highway route commute accident | traffico strada strade coda autostrada percorso incidente | 교통 도로 길 막혀 고속도로 정체
direction: directions direction navigate navigation route map get_to way_to nearest closest nearby near distance far | direzioni indicazioni strada mappa raggiungere vicino vicina distanza lontano | 길찾기 가는길 방향 지도 근처 가까운 거리
share: share sharing location tell_them let_know send_my | condividere condividi posizione | 공유 전달
call: call dial ring phone_call contact make_call text sms | chiamare chiama telefonare chiamata contattare sms | 전화 통화 걸어 문자 연락
contact: contact contacts phonebook address_book | contatto contatti rubrica | 연락처 주소록
social: facebook twitter instagram tweet post social status youtube whatsapp linkedin | facebook twitter instagram post social pubblica | 페이스북 트위터 인스타 게시 유튜브
food: food meal meals eat eating dinner lunch breakfast dish cuisine snack hungry | cibo pasto mangiare cena pranzo colazione piatto fame | 음식 식사 밥 저녁 점심 아침 먹 요리
recipe: recipe recipes cook cooking bake baking prepare make ingredients ingredient how_to_make oven boil | ricetta ricette cucinare cuocere ingredienti preparare forno | 레시피 조리 재료 만드는 굽 끓
restaurant: restaurant restaurants diner cafe place_to_eat reviews review rated eatery pizza burger sushi | ristorante ristoranti locale recensioni recensione pizzeria bar | 식당 레스토랑 맛집 카페 후기 리뷰
takeaway: takeaway takeout take-out take_out delivery order_food deliver pizza | asporto consegna a_domicilio d'asporto | 포장 배달 배달음식
nutrition: calories calorie nutrition nutritional healthy sugar carbs protein fat vitamins diet | calorie nutrizione nutrizionali zuccheri proteine grassi dieta sano | 칼로리 영양 당분 단백질 건강 다이어트
substitute: substitute replace replacement instead_of swap alternative use_instead | sostituire sostituto invece_di alternativa | 대신 대체
foodlast: last fresh expire go_bad spoil spoiled still_good shelf_life keep stale leftovers | durare scade fresco andare_a_male buono conservare | 유통기한 상했 신선 보관
spice: spicy spice hot flavor taste how_hot | piccante sapore gusto | 매운 맵 맛
credit: credit credit_score score rating credit_rating fico credit_history credit_line credit_limit | credito punteggio rating_creditizio fido | 신용 신용점수 신용등급
rate: apr interest interest_rate rate yield percent return_on | tasso interesse interessi percentuale | 이자 금리 이율
loan: loan mortgage borrow lending finance debt | prestito mutuo finanziamento debito | 대출 빚 융자
tax: tax taxes irs w2 w-2 1040 income_tax deduction filing | tassa tasse imposta dichiarazione fisco iva | 세금 국세청 연말정산 세무
salary: salary income payday paycheck wage wages earn direct_deposit paid pay_period bonus | stipendio reddito paga salario busta_paga | 월급 급여 연봉 소득 봉급
retirement: 401k rollover pension retirement ira invest investment stock stocks shares portfolio | pensione investimento investire azioni fondo | 퇴직 연금 투자 주식
insurance: insurance insured coverage policy premium deductible health_plan benefits | assicurazione polizza copertura premio assicurato | 보험 보장 혜택
rewards: rewards points cashback redeem loyalty bonus earn_points miles coupon voucher discount promo | punti premi fedelta sconto coupon buono promozione | 포인트 적립 쿠폰 할인 리워드 마일리지 혜택
spending: spending history spend expenses bought how_much_did transactions recent activity budget | spese cronologia movimenti speso budget storico | 지출 내역 소비 사용내역 예산
routing: routing_number account_number iban swift_code sort_code | iban codice_swift coordinate_bancarie numero_di_conto | 계좌번호 라우팅
checks: checks check checkbook cheque cheques | assegni assegno libretto | 수표
stock: in_stock stock available availability sold_out back_in_stock | disponibile disponibilita esaurito magazzino | 재고 품절 입고
quality: quality size color colour fit wrong_item damaged scratched dented torn | qualita taglia colore danneggiato graffiato rotto | 품질 사이즈 색상 파손 하자
job: job work office hiring apply boss company employee career hr promotion | lavoro ufficio azienda capo dipendente carriera | 일 직장 회사 상사 직원 채용
sick: sick ill doctor pain hurt medicine health hospital symptoms | malato medico dolore medicina salute ospedale | 아프 병원 의사 약 건강 통증
game: game games play gaming coin flip dice roll heads tails random | gioco giochi giocare moneta dado dadi | 게임 동전 주사위 놀이
movie: movie movies film films show tv series watch theater cinema netflix | film cinema serie guardare televisione | 영화 드라마 시리즈 티비 극장
sports: sport sports football soccer basketball baseball team match score player league | sport calcio partita squadra giocatore campionato | 스포츠 축구 야구 경기 팀 선수
photo: photo photos picture pictures image camera selfie video | foto immagine fotocamera video | 사진 이미지 카메라 영상 동영상
pet: pet pets dog cat animal puppy | animale cane gatto cucciolo | 애완 반려 강아지 고양이
bot: bot robot ai artificial computer machine real_person virtual_assistant are_you | bot robot intelligenza_artificiale macchina sei | 봇 로봇 인공지능 기계
assistant: your_name who_are_you who_made_you what_can_you_do where_are_you_from hobbies how_old_are_you capable | chi_sei come_ti_chiami chi_ti_ha_creato cosa_sai_fare | 너_이름 누가_만들 뭐_할수
settings: setting settings preference preferences option options configure configuration customize mode language accent speed | impostazione impostazioni preferenze opzione opzioni configurare lingua | 설정 옵션 환경설정 모드
whisper: whisper whispering quietly softly | sussurra sussurrare piano | 속삭
faster: faster speed_up slower slow_down quicker | piu_veloce piu_lento rallenta accelera | 더_빨리 천천히 느리게
next: next skip previous back forward last queue | prossimo prossima successivo salta precedente avanti indietro | 다음 이전 건너 넘겨
data: data privacy gdpr personal_information export backup import file files csv upload | dati privacy esportare backup importare file caricare | 데이터 개인정보 내보내기 백업 파일 업로드 가져오기
permission: permission permissions role admin administrator user users invite team member access_rights | permesso permessi ruolo amministratore utente utenti invitare | 권한 관리자 사용자 역할 초대 멤버
feature: feature features suggestion would_be_nice wish feature_request add_support idea feedback improve | funzione funzionalita suggerimento idea migliorare | 기능 건의 제안 개선 추가해
warranty: warranty guarantee repair fix fixed spare_part technician service_center | garanzia riparazione riparare aggiustare tecnico ricambio | 보증 수리 고쳐 as 서비스센터 부품
slow: slow slowly sluggish lag lagging freezes hangs loading timeout performance down offline outage unavailable | lento lenta lentezza rallentato caricamento irraggiungibile offline disservizio | 느리 느려 버벅 로딩 멈춰 다운 접속불가 장애
connect: internet wifi wi-fi connection network signal bluetooth router | internet wifi connessione rete segnale router bluetooth | 인터넷 와이파이 네트워크 신호 블루투스 공유기
api: api webhook integration integrate sdk token endpoint developer code | api integrazione integrare token sviluppatore codice | api 연동 웹훅 개발자 토큰 통합
number: one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million dozen first second third half quarter couple several few multiple | uno due tre quattro cinque sei sette otto nove dieci venti trenta cento mille milione primo secondo terzo meta alcuni diversi | 하나 둘 셋 한개 두개 세개 백 천 만 첫 여러 몇개
month: january february march april may june july august september october november december spring summer autumn fall winter season | gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre primavera estate autunno inverno stagione | 일월 이월 삼월 사월 오월 유월 칠월 팔월 구월 시월 십일월 십이월 봄 여름 가을 겨울
daypart: morning afternoon evening night noon midnight tonight pm am a.m p.m | mattina pomeriggio sera notte mezzogiorno mezzanotte stasera stamattina | 오전 오후 저녁 밤 새벽 정오 자정
city: london paris rome milan berlin madrid tokyo seoul beijing moscow new_york chicago boston dallas houston seattle miami austin denver phoenix atlanta detroit orlando tampa philadelphia baltimore portland las_vegas los_angeles san_francisco san_diego washington toronto sydney dublin vienna barcelona amsterdam city town capital | londra parigi roma milano torino napoli firenze bologna venezia palermo genova berlino citta capitale | 서울 부산 대구 인천 광주 대전 도쿄 뉴욕 런던 파리 베이징 도시 수도
nation: america american mexico mexican canada canadian france french germany german italy italian spain spanish portugal brazil russia russian china chinese japan japanese korea korean india indian australia england british britain ireland greece turkey egypt africa asia thailand vietnam sweden norway switzerland poland argentina cuba | america americano messico canada francia germania italia spagna portogallo brasile russia cina giappone corea india australia inghilterra irlanda grecia svizzera | 미국 멕시코 캐나다 프랑스 독일 이탈리아 스페인 러시아 중국 일본 한국 인도 호주 영국 베트남 태국
notyet: not_yet yet hasn't haven't still_not still_hasn't still_haven't still_waiting not_arrived never_received no_sign_of still_pending nowhere didn't | non_ancora ancora_non non_e_arrivato non_ho_ricevuto mai_arrivato | 아직 안_왔 안왔 못_받 못받
unable: can't cannot couldn't unable not_able won't not_let impossible not_possible wouldn't | non_riesco non_posso impossibile non_mi_fa non_si_puo | 못하 안되 안돼 불가 못_하
possible: can_i could_i possible able may_i am_i_able is_it_possible is_there_a_way allowed_to | posso potrei possibile si_puo | 가능 수있 할수
increase: increase increasing raise raised higher more boost extend up_my bump | aumentare aumento alzare estendere maggiore | 올려 늘려 인상 증가 상향
decrease: decrease lower reduce less cut shrink lower | diminuire ridurre abbassare minore meno | 내려 줄여 감소 낮춰 인하
owe: owe owed due outstanding minimum_payment unpaid past_due | dovuto devo scadenza arretrato insoluto | 미납 갚 내야
automatic: automatic automatically auto auto-pay autopay recurring regular scheduled itself standing | automatico automaticamente ricorrente programmato periodico | 자동 정기
physical: physical actual real plastic tangible paper | fisica fisico reale cartaceo | 실물 실제 종이
free: free no_charge complimentary gratis without_paying trial | gratis gratuito gratuita prova omaggio | 무료 공짜 체험
mistake: mistake mistakenly accident accidentally wrong wrongly incorrectly by_error error unintended misspelled typo | sbaglio errore sbagliato sbagliata accidentalmente per_sbaglio | 실수 잘못 틀리 착오
strange: strange weird odd unusual unknown unfamiliar unexpected unexplained | strano strana insolito sconosciuto inaspettato | 이상 낯선 모르는 수상
friend: friend friends family daughter son wife husband partner mother father mom dad parents girlfriend boyfriend brother sister spouse | amico amici famiglia figlia figlio moglie marito madre padre mamma papa genitori fratello sorella | 친구 가족 딸 아들 아내 남편 엄마 아빠 부모 동생 형제
see: see shown show showing shows appear appears appeared visible view display displayed reflected reflect look up_on | vedere vedo mostra mostrato appare compare risulta visualizzare | 보여 보이 나타 표시 뜨 떠
source: source sources origin where_from come_from funds_come | origine fonte provenienza provengono | 출처 어디서_온
business: merchant seller store shop vendor company retailer supplier trader supermarket mall market walmart amazon target | negozio venditore commerciante esercente supermercato azienda | 가게 매장 판매자 상점 업체 마트 판매처
total: total altogether overall all_of sum combined entire whole full | totale complessivo tutto intero | 총 전체 합계 모두
long: how_long long duration length take takes days hours weeks minutes | quanto_tempo durata dura giorni settimane tempi | 얼마나_걸 며칠 걸리 소요
owned: used own have possess possession belong mine | avere possedere mio | 가지고 보유 내것
life: life live living universe philosophy meaning_of_life purpose | vita vivere senso_della_vita | 인생 삶 생명
pressure: pressure air psi inflate pump | pressione aria gonfiare | 공기압 압력
gps: gps coordinates position where_am_i current_location my_location | gps coordinate posizione dove_sono | 위치 좌표 여기가_어디
drink: drink drinks water coffee tea milk beer wine juice soda cocktail | bere acqua caffe te latte birra vino succo | 물 커피 차 우유 맥주 와인 음료
ingredient: chicken beef pork fish meat salmon shrimp lobster rice pasta macaroni bread cheese butter egg eggs cake pie salad soup steak sandwich cream oil flour apple banana carrots tomato potato onion garlic vegetables fruit chocolate taco tacos lasagna curry | pollo manzo maiale pesce carne riso pasta pane formaggio burro uova torta insalata zuppa panna olio farina mela pomodoro patate cipolla aglio verdure frutta cioccolato | 닭 소고기 돼지 생선 고기 쌀 파스타 빵 치즈 버터 계란 케이크 샐러드 수프 기름 밀가루 사과 토마토 감자 양파 마늘 야채 과일 초콜릿
color: red blue green yellow white black orange purple pink gold silver brown | rosso blu verde giallo bianco nero arancione viola rosa marrone | 빨간 파란 초록 노란 하얀 검은 보라 분홍
body: heart head stomach back tooth eye skin hair weight height | cuore testa stomaco schiena dente occhio pelle capelli peso altezza | 심장 머리 배 허리 이빨 눈 피부 몸무게 키
report: report file notify inform tell_you let_you_know declare | segnalare denunciare comunicare informare | 신고 알리 보고 제보
original: first previous old former original back_to earlier before past last_time | precedente vecchio vecchia prima originale scorso passato | 이전 예전 기존 원래 지난 전에
user: talk speak chat conversation say said tell | parlare dire chiacchierare conversazione | 말 얘기 대화 이야기
random: random choose pick guess decide between | scegliere casuale scegli indovina decidere | 골라 랜덤 무작위 선택 추천
recommend: recommend recommendation suggest suggestion suggestions advice should_i best ideas idea top_rated popular fun things_to_do | consigliare consiglio consigli suggerire migliore migliori idee divertente | 추천 제안 좋을까 어떨까
school: school class university college student study homework exam test teacher | scuola lezione universita studente studiare compiti esame insegnante | 학교 수업 대학 학생 공부 숙제 시험 선생
history: history historical war president king famous century invented | storia storico guerra presidente re famoso secolo | 역사 전쟁 대통령 왕 유명
science: science space planet moon sun star earth physics chemistry atom gravity | scienza spazio pianeta luna stella terra fisica chimica | 과학 우주 행성 달 태양 별 지구
pronounce: pronounce sound accent male female woman man voice | pronunciare voce accento maschile femminile | 발음 목소리 음성 남자 여자
clean: clean cleaning wash laundry dishes dust vacuum trash garbage mop | pulire pulizia lavare bucato piatti spazzatura | 청소 빨래 설거지 세탁 쓰레기
allowed: allowed permitted legal legally requirement requirements required need_to must eligibility eligible qualify conditions policy rules | consentito permesso legale requisiti obbligatorio necessario condizioni regole | 자격 조건 요건 필수 규정 정책 허용
sent: went_through gone_through completed complete success successful successfully done finished processed posted cleared | completato riuscito andato_a_buon_fine elaborato finito concluso | 완료 성공 처리 끝났
everyday: daily every_day weekly monthly every_week every_month regularly often frequency each repeating | ogni_giorno giornaliero settimanale mensile ogni_settimana ogni_mese spesso | 매일 매주 매월 매달 자주
pending: pending processing in_progress on_hold not_completed not_gone_through still_processing unprocessed | in_sospeso in_elaborazione in_corso in_attesa | 처리중 처리_중 보류 진행중
reversed: reverted reverse reversed bounced_back came_back went_back sent_back returned disappeared back_in | stornato tornato_indietro riaccreditato | 되돌아 반려 취소됐
usual: normally usually typically estimate estimated expect expected expectation average | di_solito normalmente previsto stimato | 보통 예상 평균
amount: wrong_amount incorrect_amount different_amount less_than more_than too_much too_little short only_got instead exact | importo_sbagliato di_meno di_piu troppo meno | 금액이_다 적게 많이_나
atm: atm atms cash_machine cashpoint machine | bancomat sportello | atm 현금지급기 기계
swallowed: swallowed swallow ate eaten retained kept took_my_card kept_my_card stuck | ingoiato trattenuta trattenuto mangiato | 먹혔 삼켜 안_나와
damage: damaged damage cracked crack bent snapped melted chip scratched torn broke | danneggiato danneggiata spezzata rovinato graffiato | 손상 파손 부러 휘어 깨졌
coffee: coffee espresso cappuccino latte brew cup | caffe cappuccino | 커피 에스프레소
liking: favorite favourite enjoy love thumbs_up really_like | preferito adoro mi_piace | 좋아하 최애 마음에_들
dislike: dislike hate don't_like dont_like do_not_like thumbs_down sick_of awful | odio non_mi_piace detesto | 싫어 별로 마음에_안
halt: stop pause halt quit enough cancel_that never_mind nevermind shut_up hold_on | basta ferma fermati smetti pausa lascia_stare | 그만 멈춰 중지 됐어
episode: podcast podcasts episode episodes show series | podcast episodio puntata serie | 에피소드 팟캐스트 시리즈
book2: audiobook audiobooks novel chapter author read reading kindle story | audiolibro romanzo capitolo autore leggere storia | 책 소설 오디오북 읽어
radio: radio station stations fm frequency tune channel broadcast | radio stazione frequenza canale | 라디오 주파수 방송 채널
shares: stock stocks share shares nasdaq dow market price ticker trading | azioni borsa quotazione mercato | 주식 주가 증시
happening: event events concert concerts festival show exhibition party going_on happening things_to_do | evento concerto festival mostra festa | 행사 공연 콘서트 축제 파티
venue: bar pub club museum park beach theater theatre cinema mall gym salon shop shops | bar locale museo parco spiaggia teatro palestra | 술집 클럽 박물관 공원 해변 극장
add: add create make put include insert append save note set | aggiungi aggiungere crea creare inserisci metti salva | 추가 넣어 만들 등록 저장
remove: remove delete erase clear take_off drop get_rid | rimuovi rimuovere elimina cancella togli | 삭제 지워 제거 빼
lookup: check look_up search show list read display give_me tell_me find | controlla cerca mostra leggi dimmi elenca trova | 확인 검색 보여 알려 찾아 읽어
reply: reply respond response answer write_back | rispondi rispondere risposta | 답장 회신 답변
indifferent: don't_care doesn't_matter whatever don't_mind no_preference anything any_of either up_to_you | non_importa fa_lo_stesso qualsiasi come_vuoi | 상관없 아무거나 마음대로
clarify: explain clarify elaborate rephrase what_do_you_mean didn't_understand confused more_detail simplify | spiega spiegami chiarire non_ho_capito ripeti | 설명 무슨_뜻 이해가_안
praise: good_job well_done nice_work great_job awesome brilliant smart amazing clever | bravo bravissimo ottimo_lavoro ben_fatto | 잘했 훌륭 똑똑 대단
heat: temperature warm warmer cold colder hot heat heating cool cooler thermostat degrees fan air_conditioning | temperatura caldo freddo riscaldamento termostato gradi condizionatore | 온도 따뜻 더워 추워 난방 에어컨
plug: plug socket outlet switch wemo power | presa interruttore spina | 콘센트 플러그 스위치
ticket: ticket tickets train_ticket fare | biglietto biglietti | 표 티켓 승차권
count: how_many number_of count how_often | quanti quante quante_volte numero_di | 몇_개 몇_번 개수 횟수
factory: reset factory factory_reset default defaults original_settings restore wipe | ripristina ripristinare fabbrica impostazioni_iniziali | 초기화 공장 리셋
device: device devices watch tablet laptop computer speaker tv headphones | dispositivo orologio tablet portatile computer televisore | 기기 시계 태블릿 노트북 컴퓨터
present: gift present gifts birthday | regalo compleanno | 선물 생일
distance: far distance how_far miles kilometers away close near | distanza lontano quanto_dista chilometri | 거리 얼마나_먼 얼마나_멀
abroad: traveling travelling going_to will_be_in leaving_for visiting trip flying abroad | in_viaggio vado_in saro_in all'estero | 여행_가 출국 해외에
recent: recent recently last latest newest most_recent previous past history | ultimo ultima recente recenti scorsi | 최근 마지막 지난
soon: soon right_away shortly today tomorrow tonight in_time by_tomorrow deadline | presto subito domani stasera | 곧 당장 오늘_안 내일까지
appear: show showing shows shown see visible appear appears appeared reflect reflected displayed not_showing still_not | compare risulta visualizzato vedo | 보이 나타 표시 안_보여 뜨
someone: someone somebody else anyone another_person other_people friend wife husband child | qualcuno altri altra_persona | 누가 다른_사람 타인
eligible: eligible qualify allowed requirements age old_enough minimum_age legal | idoneo requisiti eta_minima maggiorenne | 자격 조건 요건 가능한_나이
everywhere: anywhere everywhere where_can_i which_places which_shops accepted_at use_it_at | ovunque dovunque dove_posso | 어디서나 어디에서 사용처
transferin: received incoming came_in sent_to_me paid_me into_my_account get_paid | ricevuto in_entrata accreditato arrivato_sul | 들어온 입금됐 받은_돈
transferout: sent outgoing i_sent send_to made_a_transfer paid_someone | inviato in_uscita ho_mandato | 보낸 송금한 이체한
statement: statement statements history transactions activity records | estratto movimenti cronologia | 내역 명세 거래내역 기록
onlinebuy: online website internet web ecommerce shop_online purchase_online | online sito internet | 온라인 인터넷 쇼핑몰
autopay: direct_debit standing_order recurring subscription automatic_payment regular_payment | addebito_diretto domiciliazione ricorrente | 자동이체 정기결제 정기
ownname: my_name your_name call_me call_you called who_am_i | mio_nome come_mi_chiamo chiamami | 내_이름 제_이름 나를
capability: can_you_do are_you_able help_me_with what_do_you_do your_purpose able_to_do abilities features | cosa_sai_fare puoi_fare capacita | 뭘_할 무엇을_할 할_수_있
origin: where_are_you_from where_were_you born who_made who_created who_built your_maker developer company_made | da_dove_vieni chi_ti_ha_fatto creato | 누가_만들 어디_출신 만든_사람
worksfor: who_do_you_work_for your_boss employer work_for | per_chi_lavori capo | 누구를_위해 일하
greet: how_are_you how's_it_going what's_up how_do_you_do how_are_things | come_stai come_va | 잘_지내 어떻게_지내
sparebag: carry_on carry-on cabin overhead hand_luggage size_limit | bagaglio_a_mano cabina | 기내
plantype: regular premium unleaded diesel octane type_of_gas which_gas | diesel benzina_verde tipo_di_carburante | 휘발유 경유 고급유
jump: jump_start jumper jumpstart start_a_car dead_battery cables | cavi batteria_scarica avviare_l'auto | 점프 방전
smalltalk: fun_fact tell_me_something interesting bored story secret | annoiato dimmi_qualcosa segreto | 심심 재밌는_얘기 비밀
hours: opening_hours open_hours business_hours opening closing opens closes open | orari apertura chiusura aperti aperto | 영업시간 운영시간 오픈 마감 문_여
""".strip()

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")


def concepts(stems: Iterable[str], folded: str) -> list[str]:
    """The names of the concepts a text touches, in no order, each once: by the stems of its words (as `stems_of` makes
    them), by phrases in its folded words, and by how its Korean words begin."""
    by_stem, by_phrase, by_korean = _tables()
    found: dict[str, None] = {}
    for stem in stems:
        for name in by_stem.get(stem, ()):
            found[name] = None
    words = _WORD.findall(folded)
    for n in (2, 3, 4):
        for i in range(len(words) - n + 1):
            for name in by_phrase.get(" ".join(words[i : i + n]), ()):
                found[name] = None
    for word in words:
        if _HANGUL.match(word):
            for end in range(1, min(len(word), 6) + 1):
                for name in by_korean.get(word[:end], ()):
                    found[name] = None
    return list(found)


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    import snowballstemmer

    by_stem: dict[str, list[str]] = {}
    by_phrase: dict[str, list[str]] = {}
    by_korean: dict[str, list[str]] = {}
    stemmers = (snowballstemmer.stemmer("english"), snowballstemmer.stemmer("italian"))
    for line in CONCEPTS.splitlines():
        name, _, rest = line.partition(": ")
        english, italian, korean = (part.split() for part in rest.split("|"))
        for words, stemmer in ((english, stemmers[0]), (italian, stemmers[1])):
            for word in map(fold, words):
                if "_" in word:
                    by_phrase.setdefault(word.replace("_", " "), []).append(name)
                else:
                    by_stem.setdefault(stemmer.stemWord(word), []).append(name)
        for word in map(fold, korean):
            table = by_phrase if "_" in word else by_korean
            table.setdefault(word.replace("_", " "), []).append(name)
    return tuple({k: tuple(dict.fromkeys(v)) for k, v in t.items()} for t in (by_stem, by_phrase, by_korean))  # type: ignore[return-value]
