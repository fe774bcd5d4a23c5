"""The forms in which mail programs begin the history of a mail, mark a forward or name themselves, by program and language."""

import pytest

from hark.channels.email.reply import split_reply

OWN = "Thanks, that works.\nSecond line here."
HEADERS = {
    # Gmail all languages
    "gmail en": "On Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com> wrote:\n\n> old",
    "gmail en new": "On Mon, Jan 2, 2023 at 3:04\u202fPM Help <help@example.com> wrote:\n\n> old",
    "gmail en uk": "On Mon, 2 Jan 2023 at 15:04, Help <help@example.com> wrote:\n\n> old",
    "gmail it": "Il giorno lun 2 gen 2023 alle ore 15:04 Help <help@example.com> ha\nscritto:\n\n> old",
    "gmail de": "Am Mo., 2. Jan. 2023 um 15:04 Uhr schrieb Help <\nhelp@example.com>:\n\n> old",
    "gmail fr": "Le lun. 2 janv. 2023 à 15:04, Help <help@example.com> a écrit :\n\nold",
    "gmail es": "El lun, 2 ene 2023 a las 15:04, Help (<help@example.com>)\nescribió:\n\n> old",
    "gmail pt br": "Em seg., 2 de jan. de 2023 às 15:04, Help <help@example.com>\nescreveu:\n\n> old",
    "gmail pt pt": "Help <help@example.com> escreveu (segunda, 2/01/2023 à(s) 15:04):\n\n> old",
    "gmail nl": "Op ma 2 jan 2023 om 15:04 schreef Help <help@example.com>:\n\nold",
    "gmail pl": "pon., 2 sty 2023 o 15:04 Help <help@example.com> napisał(a):\n\nold",
    "gmail sv": "Den mån 2 jan. 2023 kl 15:04 skrev Help <help@example.com>:\n\nold",
    "gmail ja": "2023年1月2日(月) 15:04 Help <help@example.com>:\n\nold",
    "gmail zh": "Help <help@example.com> 于2023年1月2日周一 15:04写道：\n\nold",
    "gmail tw": "Help <help@example.com> 於 2023年1月2日 週一 下午3:04寫道：\n\nold",
    "gmail ko": "2023년 1월 2일 (월) 오후 3:04, Help <help@example.com>님이 작성:\n\nold",
    # Apple
    "apple en": "On 2 Jan 2023, at 15:04, Help <help@example.com> wrote:\n\nold",
    "apple en us": "On Jan 2, 2023, at 3:04 PM, Help <help@example.com> wrote:\n\n\ufeffold",
    "apple it": "Il giorno 2 gen 2023, alle ore 15:04, Help <help@example.com> ha scritto:\n\nold",
    "apple it2": "Il 2 gen 2023, 15:04 +0100, Help <help@example.com>, ha scritto:\nold",
    "apple de": "Am 02.01.2023 um 15:04 schrieb Help <help@example.com>:\n\nold",
    "apple fr": "Le 2 janv. 2023 à 15:04, Help <help@example.com> a écrit :\n\nold",
    "apple es": "El 2 ene 2023, a las 15:04, Help <help@example.com> escribió:\n\nold",
    "apple pt": "No dia 2 de jan. de 2023, às 15:04, Help <help@example.com> escreveu:\n\nold",
    "apple ptbr": "Em 2 de jan. de 2023, à(s) 15:04, Help <help@example.com> escreveu:\n\nold",
    "apple nl": "Op 2 jan 2023 om 15:04 heeft Help <help@example.com> het volgende geschreven:\n\nold",
    "apple pl": "Wiadomość napisana przez Help <help@example.com> w dniu 2 sty 2023, o godz. 15:04:\n\nold",
    "apple pl2": "Dnia 2 sty 2023 o godz. 15:04 Help <help@example.com> napisał(a):\n\nold",
    "apple sv": "2 jan. 2023 kl. 15:04 skrev Help <help@example.com>:\n\nold",
    "apple ja": "2023/01/02 15:04、Help <help@example.com>のメール:\n\nold",
    "apple ja2": "2023/01/02 午後3:04、Help <help@example.com>のメール：\n\nold",
    "apple zh": "在 2023年1月2日，15:04，Help <help@example.com> 写道：\n\nold",
    "apple zh2": "2023年1月2日 15:04，Help <help@example.com> 写道：\n\nold",
    "apple tw": "Help <help@example.com> 於 2023年1月2日 下午3:04 寫道：\n\nold",
    "apple ko": "2023. 1. 2. 오후 3:04, Help <help@example.com> 작성:\n\nold",
    "apple ko2": "2023. 1. 2., 오후 3:04, Help <help@example.com>님이 작성:\n\nold",
    # Thunderbird
    "thunderbird en": "On 1/2/23 15:04, Help wrote:\n> old",
    "thunderbird en2": "On 02.01.2023 15:04, Help via Users wrote:\n> old",
    "thunderbird it": "Il 02/01/2023 15:04, Help ha scritto:\n> old",
    "thunderbird de": "Am 02.01.23 um 15:04 schrieb Help:\n> old",
    "thunderbird fr": "Le 02/01/2023 à 15:04, Help a écrit :\n> old",
    "thunderbird es": "El 02/01/2023 a las 15:04, Help escribió:\n> old",
    "thunderbird es2": "El 2/1/23 a las 15:04, Help escribió:\nold",
    "thunderbird pt": "Em 02/01/2023 15:04, Help escreveu:\n> old",
    "thunderbird pt2": "Às 15:04 de 02/01/2023, Help escreveu:\n> old",
    "thunderbird nl": "Op 02-01-2023 om 15:04 schreef Help:\n> old",
    "thunderbird pl": "W dniu 2.01.2023 o 15:04, Help pisze:\n> old",
    "thunderbird sv": "Den 2023-01-02 kl. 15:04, skrev Help:\n> old",
    "thunderbird ja": "On 2023/01/02 15:04, Help wrote:\n> old",
    "thunderbird ja2": "2023/01/02 15:04, Help さんは書きました:\n> old",
    "thunderbird zh": "在 2023/1/2 15:04, Help 写道:\n> old",
    "thunderbird tw": "Help 於 2023/1/2 15:04 寫道:\n> old",
    "thunderbird ko": "2023-01-02 오후 3:04에 Help 이(가) 쓴 글:\n> old",
    "thunderbird ko2": "23. 1. 2. 15:04에 Help 이(가) 쓴 글:\n> old",
    # Yahoo
    "yahoo en": "On Monday, January 2, 2023 at 03:04:05 PM GMT+9, Help <help@example.com> wrote: \n\nold",
    "yahoo it": "Il lunedì 2 gennaio 2023 alle ore 15:04:05 CET, Help <help@example.com> ha scritto: \n\nold",
    "yahoo de": "Am Montag, 2. Januar 2023 um 15:04:05 MEZ hat Help <help@example.com> Folgendes geschrieben: \n\nold",
    "yahoo fr": "Le lundi 2 janvier 2023 à 15:04:05 UTC+1, Help <help@example.com> a écrit : \n\nold",
    "yahoo es": "En lunes, 2 de enero de 2023, 15:04:05 CET, Help <help@example.com> escribió: \n\nold",
    "yahoo pt": "Em segunda-feira, 2 de janeiro de 2023 15:04:05 BRT, Help <help@example.com> escreveu: \n\nold",
    "yahoo nl": "Op maandag 2 januari 2023 om 15:04:05 CET schreef Help <help@example.com>: \n\nold",
    "yahoo pl": "W dniu poniedziałek, 2 stycznia 2023 15:04:05 CET użytkownik Help <help@example.com> napisał: \n\nold",
    "yahoo sv": "Den måndag 2 januari 2023 15:04:05 CET, Help <help@example.com> skrev: \n\nold",
    "yahoo ko": "2023년 1월 2일 월요일 오후 03:04:05 GMT+9, Help <help@example.com>님이 작성: \n\nold",
    "yahoo tw": "在 2023年1月2日 星期一 下午03:04:05 [GMT+8]， Help<help@example.com> 寫道：\n\nold",
    "yahoo ja": "2023年1月2日月曜日 15:04:05 JST、Help <help@example.com> が書きました: \n\nold",
    # Proton
    "proton en": "On Monday, January 2nd, 2023 at 3:04 PM, Help <help@example.com> wrote:\n\n> old",
    "proton de": "Am Montag, 2. Januar 2023 um 15:04 schrieb Help <help@example.com>:\n\n> old",
    "proton de2": "-------- Original-Nachricht --------\nAm 2. Jan. 2023, 15:04, Help schrieb:\nold",
    "proton fr": "Le lundi 2 janvier 2023 à 15:04, Help <help@example.com> a écrit :\n\n> old",
    "proton it": "lunedì 2 gennaio 2023 15:04, Help <help@example.com> ha scritto:\n\n> old",
    "proton es": "El lunes, 2 de enero de 2023 a las 15:04, Help <help@example.com> escribió:\n\n> old",
    "proton es2": "------- Mensaje original -------\nEl lunes, 2 de enero de 2023 a las 15:04, Help <help@example.com> escribió:\n\nold",
    "proton mob": "-------- Original Message --------\nOn Jan 2, 2023, 15:04, Help < help@example.com> wrote:\n\nold",
    # Outlook
    "outlook en": "From: Help <help@example.com>\nSent: Monday, January 2, 2023 3:04 PM\nTo: Kim <k@e.com>\nSubject: RE: x\n\nold",
    "outlook it": "Da: Help <help@example.com>\nInviato: lunedì 2 gennaio 2023 15:04\nA: Kim <k@e.com>\nOggetto: R: x\n\nold",
    "outlook de": "Von: Help <help@example.com>\nGesendet: Montag, 2. Januar 2023 15:04\nAn: Kim <k@e.com>\nBetreff: AW: x\n\nold",
    "outlook fr": "De : Help <help@example.com>\nEnvoyé : lundi 2 janvier 2023 15:04\nÀ : Kim <k@e.com>\nObjet : RE: x\n\nold",
    "outlook frca": "De : Help <help@example.com>\nEnvoyé le : 2 janvier 2023 15:04\nÀ : Kim\nObjet : RE : x\n\nold",
    "outlook es": "De: Help <help@example.com>\nEnviado: lunes, 2 de enero de 2023 15:04\nPara: Kim <k@e.com>\nAsunto: RE: x\n\nold",
    "outlook es2": "De: Help <help@example.com>\nEnviado el: lunes, 2 de enero de 2023 15:04\nPara: Kim <k@e.com>\nCC: y\nAsunto: RE: x\n\nold",
    "outlook pt": "De: Help <help@example.com>\nEnviado: 2 de janeiro de 2023 15:04\nPara: Kim\nAssunto: RE: x\n\nold",
    "outlook ptbr": "De: Help <help@example.com>\nEnviada em: segunda-feira, 2 de janeiro de 2023 15:04\nPara: Kim\nAssunto: RES: x\n\nold",
    "outlook nl": "Van: Help <help@example.com>\nVerzonden: maandag 2 januari 2023 15:04\nAan: Kim\nOnderwerp: RE: x\n\nold",
    "outlook pl": "From: Help <help@example.com>\nSent: Monday\nTo: Kim\nSubject: x\n\nold",
    "outlook pl2": "Od: Help <help@example.com>\nWysłane: poniedziałek, 2 stycznia 2023 15:04\nDo: Kim\nTemat: RE: x\n\nold",
    "outlook sv": "Från: Help <help@example.com>\nSkickat: den 2 januari 2023 15:04\nTill: Kim\nÄmne: SV: x\n\nold",
    "outlook ja": "差出人: Help <help@example.com>\n送信日時: 2023年1月2日 15:04\n宛先: Kim\n件名: RE: x\n\nold",
    "outlook ja2": "送信元: Help <help@example.com>\n送信日時: 2023年1月2日月曜日 15:04\n宛先: Kim\n件名: RE: x\n\nold",
    "outlook zh": "发件人: Help <help@example.com>\n发送时间: 2023年1月2日 15:04\n收件人: Kim\n主题: 回复: x\n\nold",
    "outlook tw": "寄件者: Help <help@example.com>\n寄件日期: 2023年1月2日 下午 03:04\n收件者: Kim\n主旨: RE: x\n\nold",
    "outlook ko": "보낸 사람: Help <help@example.com>\n보낸 날짜: 2023년 1월 2일 월요일 오후 3:04\n받는 사람: Kim\n제목: RE: x\n\nold",
    "outlook ko ol2003": "-----Original Message-----\n보낸 사람: Help [mailto:help@example.com]\n보낸 날짜: 2023년 1월 2일 월요일 오후 3:04\n받는 사람: Kim\n제목: x\n\nold",
    "outlook mac de": "Von: Help <help@example.com>\nDatum: Montag, 2. Januar 2023 um 15:04\nAn: Kim <k@e.com>\nBetreff: Re: x\nold",
    "outlook mac it": "Da: Help <help@example.com>\nData: lunedì, 2 gennaio 2023 alle ore 15:04\nA: Kim <k@e.com>\nOggetto: Re: x\nold",
    "outlook mac fr": "De : Help <help@example.com>\nDate : lundi 2 janvier 2023 à 15:04\nÀ : Kim <k@e.com>\nObjet : Re: x\nold",
    "outlook mac ko": "보낸 사람: Help <help@example.com>\n날짜: 2023년 1월 2일 월요일 오후 3:04\n받는 사람: Kim <k@e.com>\n제목: Re: x\nold",
    "outlook mob it": "Ottieni Outlook per iOS<https://aka.ms/o0ukef>\n________________________________\nDa: Help <help@example.com>\nInviato: lunedì 2 gennaio 2023 15:04:05\nA: Kim\nOggetto: x\n\nold",
    "outlook mob ko": "iOS용 Outlook 다운로드<https://aka.ms/o0ukef>\n________________________________\n보낸 사람: Help <help@example.com>\n보낸 날짜: 월요일, 1월 2, 2023 3:04 오후\n받는 사람: Kim\n제목: x\n\nold",
    "outlook mob de": "Outlook für iOS<https://aka.ms/o0ukef> beziehen\n________________________________\nVon: Help <help@example.com>\nGesendet: Montag, Januar 2, 2023 3:04 PM\nAn: Kim\nBetreff: x\n\nold",
    "outlook orig de": "-----Ursprüngliche Nachricht-----\nVon: Help <help@example.com> \nGesendet: Montag, 2. Januar 2023 15:04\nAn: Kim\nBetreff: x\n\nold",
    "outlook orig it": "-----Messaggio originale-----\nDa: Help <help@example.com> \nInviato: lunedì 2 gennaio 2023 15:04\nA: Kim\nOggetto: x\n\nold",
    "outlook orig sv": "-----Ursprungligt meddelande-----\nFrån: Help\nSkickat: den 2 januari 2023 15:04\nTill: Kim\nÄmne: x\n\nold",
    "outlook orig nl": "-----Oorspronkelijk bericht-----\nVan: Help\nVerzonden: maandag 2 januari 2023 15:04\nAan: Kim\nOnderwerp: x\n\nold",
    "outlook orig ja": "-----Original Message-----\nFrom: Help <help@example.com>\nSent: Monday, January 2, 2023 3:04 PM\nTo: Kim\nSubject: x\n\nold",
    # Naver/Daum/Kakao/Nate
    "naver": "-----Original Message-----\nFrom: \"Help\"<help@example.com>\nTo:  \"Kim\"<kim@naver.com>;\nCc:\nSent:  2023-01-02 (월) 15:04:05 (GMT+09:00)\nSubject:  Re: 문의\n\nold",
    "naver mobile": "네이버 메일 앱에서 보냈습니다.\n-----Original Message-----\nFrom: \"Help\"<help@example.com>\nTo: <kim@naver.com>\nCc:\nSent: 2023. 1. 2. 오후 3:04\nSubject: 문의\n\nold",
    "naver new": "---------- 원본 메일 ----------\n보낸사람: \"Help\" <help@example.com>\n받는사람: <kim@naver.com>\n참조:\n날짜: 2023. 1. 2. (월) 15:04\n제목: 문의\n\nold",
    "daum": "--------- 원본 메일 ---------\n보낸사람: Help <help@example.com>\n받는사람: \"Kim\" <kim@hanmail.net>\n참조: \n날짜: 23.01.02 15:04 GMT +0900\n제목: 문의\n\nold",
    "kakao": "---------- 원본 메시지 ----------\n보낸 사람 : Help <help@example.com>\n받는 사람 : Kim <kim@kakao.com>\n날짜 : 2023년 1월 2일(월) 오후 3:04\n제목 : 문의\n\nold",
    "nate": "-------------------- [ 원본 메시지 ] --------------------\n보낸사람 : Help <help@example.com>\n받는사람 : kim@nate.com\n날짜 : 2023/01/02 15:04\n제목 : 문의\n\nold",
    "samsung ko": "-------- 원본 메시지 --------\n발신: Help <help@example.com>\n날짜: 23/1/2 오후 3:04 (GMT+09:00)\n수신: Kim <k@e.com>\n제목: 문의\n\nold",
    "samsung it": "-------- Messaggio originale --------\nDa: Help <help@example.com>\nData: 02/01/23 15:04 (GMT+01:00)\nA: Kim <k@e.com>\nOggetto: x\n\nold",
    "samsung de": "-------- Ursprüngliche Nachricht --------\nVon: Help <help@example.com>\nDatum: 02.01.23 15:04 (GMT+01:00)\nAn: Kim\nBetreff: x\n\nold",
    "samsung pl": "-------- Oryginalna wiadomość --------\nOd: Help <help@example.com>\nData: 2.01.2023 15:04 (GMT+01:00)\nDo: Kim\nTemat: x\n\nold",
    "samsung pt": "-------- Mensagem original --------\nDe: Help <help@example.com>\nData: 02/01/2023 15:04 (GMT-03:00)\nPara: Kim\nAssunto: x\n\nold",
    "foxmail": "From: Help\nDate: 2023-01-02 15:04\nTo: kim\nSubject: Re: x\nold",
    "foxmail zh": "发件人： Help\n发送时间： 2023-01-02 15:04\n收件人： kim\n主题： Re: x\nold",
    "qq en": "------------------ Original ------------------\nFrom:  \"Help\";<help@example.com>;\nDate:  Mon, Jan 2, 2023 03:04 PM\nTo:  \"kim\"<kim@qq.com>;\nSubject:  Re: x\n\nold",
    "163": "---- Replied Message ----\n| From | Help<help@example.com> |\n| Date | 01/02/2023 15:04 |\n| To | kim@163.com |\n| Subject | Re: x |\nold",
    "163 zh": "---- 回复的原邮件 ----\n| 发件人 | Help<help@example.com> |\n| 日期 | 2023年01月02日 15:04 |\n| 收件人 | kim@163.com |\n| 主题 | Re: x |\nold",
    "yahoojp": "----- Original Message -----\nFrom: Help <help@example.com>\nTo: kim@yahoo.co.jp\nDate: 2023/1/2, Mon 15:04\nSubject: Re: x\n\nold",
    "zoho": "---- On Mon, 02 Jan 2023 15:04:05 +0900 Help <help@example.com> wrote ----\n\nold",
    "wp": "Dnia 2 stycznia 2023 15:04 Help <help@example.com> napisał(a):\n\nold",
    "libero": "Il 02/01/2023 15:04 CET Help <help@example.com> ha scritto:\n\nold",
    "webde": "Gesendet: Montag, 02. Januar 2023 um 15:04 Uhr\nVon: \"Help\" <help@example.com>\nAn: kim@web.de\nBetreff: x\nold",
    "orange": "> Message du 02/01/23 15:04\n> De : Help\n> A : kim@orange.fr\n> Objet : x\n>\n> old",
    "mailru": "Понедельник, 2 января 2023, 15:04 +03:00 от Help <help@example.com>:\n\nold",
    "hey": "On January 2, 2023, Help <help@example.com> wrote:\n> old",
    "spark": "On Jan 2, 2023, 3:04 PM +0900, Help <help@example.com>, wrote:\n> old",
    "spark ko": "2023년 1월 2일 오후 3:04 +0900, Help <help@example.com>, 작성:\n> old",
    "ios ja": "iPhoneから送信\n\n2023/01/02 15:04、Help <help@example.com>のメール:\n\nold",
    "outlook pl 2": "Od: Help <help@example.com>\nWysłano: poniedziałek, 2 stycznia 2023 15:04\nDo: Kim\nTemat: RE: x\n\nold",
    "becky ja": "On Mon, 2 Jan 2023 15:04:05 +0900\nHelp <help@example.com> wrote:\n\n> old",
    "ja hotmail": "Date: Mon, 2 Jan 2023 15:04:05 +0900\nFrom: help@example.com\nTo: kim@hotmail.co.jp\nSubject: Re: x\n\nold",
    "hanmail old": "---------[ 받은 메일 내용 ]----------\n제목 : 문의\n날짜 : 2023년 1월 2일 월요일\n보낸이 : Help <help@example.com>\n받는이 : kim@hanmail.net\n\nold",
}  # fmt: skip
MARKS = (
    'Sent from my iPhone',
    'Sent from my Galaxy',
    'Sent from Outlook for Android',
    'Get Outlook for iOS',
    'Sent from Yahoo Mail on Android',
    'Sent from Yahoo Mail. Get the app',
    'Sent with Proton Mail secure email.',
    'Sent from Proton Mail mobile',
    'Sent via BlackBerry',
    'Enviado desde mi iPhone',
    'Enviado do meu iPhone',
    'Envoyé de mon iPhone',
    'Envoyé depuis mon appareil mobile Samsung.',
    'Von meinem iPhone gesendet',
    'Von meinem Samsung Galaxy Smartphone gesendet.',
    'Gesendet von Outlook für Android',
    'Inviato da iPhone',
    'Inviato dal mio iPhone',
    'Inviato da Outlook per Android',
    'Verstuurd vanaf mijn iPhone',
    'Verzonden vanaf mijn Galaxy',
    "Wysłane z iPhone'a",
    'Wysłane z mojego iPhone’a',
    'Wysłano z programu Outlook dla systemu Android',
    'Skickat från min iPhone',
    'Skickat från Outlook för iOS',
    'iPhoneから送信',
    'Galaxyから送信',
    'Androidから送信',
    '发自我的iPhone',
    '发自我的手机',
    '從我的 iPhone 傳送',
    '从我的 iPhone 发送',
    '发自 网易邮箱大师',
    '나의 iPhone에서 보냄',
    '내 iPhone에서 보냄',
    'Galaxy에서 보냄',
    '삼성 갤럭시 스마트폰에서 보냈습니다.',
    '네이버 메일 앱에서 보냈습니다.',
    'Android용 Outlook에서 보냄',
    'Sent from Mail for Windows',
    'Gesendet von Mail für Windows',
    'Windows용 메일에서 보냄',
    'Posta per Windows',
    'Inviato da Posta per Windows',
    'Envoyé à partir de Courrier pour Windows',
    'Enviado desde Correo para Windows',
    'Windows 版のメールから送信',
    '从 Windows 版邮件发送',
    'Télécharger Outlook pour iOS',
    'Obtener Outlook para iOS',
    'Obter o Outlook para iOS',
    'Hämta Outlook för iOS',
    'Outlook voor iOS downloaden',
    'Pobierz aplikację Outlook dla systemu iOS',
    'Outlook for iOSを入手',
    'iOS 版 Outlookを入手する',
    '获取 Outlook for iOS',
    '取得 iOS 版 Outlook',
)  # fmt: skip
FORWARDS = {
    "gmail": "---------- Forwarded message ---------\nFrom: Anna <anna@example.com>\nDate: Mon, Jan 2, 2023\nSubject: Offer\nTo: Kim\n\nThe offer is 100.\n\nOn Sun, Jan 1, 2023 Kim <k@e.com> wrote:\n> old",
    "gmail ko": "---------- Forwarded message ---------\n보낸사람: Anna <anna@example.com>\nDate: 2023년 1월 2일\nSubject: Offer\nTo: Kim\n\nThe offer is 100.",
    "gmail ko2": "---------- 전달된 메일 ----------\n보낸사람: Anna <anna@example.com>\n날짜: 2023년\n제목: Offer\n\nThe offer is 100.",
    "gmail it": "---------- Forwarded message ---------\nDa: Anna <anna@example.com>\nDate: lun 2 gen 2023\nSubject: Offer\n\nThe offer is 100.",
    "apple": "Begin forwarded message:\n\nFrom: Anna <anna@example.com>\nSubject: Offer\nDate: 2 Jan 2023\nTo: Kim\n\nThe offer is 100.",
    "apple de": "Anfang der weitergeleiteten Nachricht:\n\nVon: Anna <anna@example.com>\nBetreff: Offer\nDatum: 2. Jan\n\nThe offer is 100.",
    "apple fr": "Début du message réexpédié :\n\nDe: Anna\nObjet: Offer\nDate: 2 janv\n\nThe offer is 100.",
    "apple it": "Inizio messaggio inoltrato:\n\nDa: Anna\nOggetto: Offer\nData: 2 gen\n\nThe offer is 100.",
    "apple es": "Inicio del mensaje reenviado:\n\nDe: Anna\nAsunto: Offer\nFecha: 2\n\nThe offer is 100.",
    "apple pt": "Início da mensagem reencaminhada:\n\nDe: Anna\nAssunto: Offer\nData: 2\n\nThe offer is 100.",
    "apple ptbr": "Início da mensagem encaminhada:\n\nDe: Anna\nAssunto: Offer\nData: 2\n\nThe offer is 100.",
    "apple nl": "Begin doorgestuurd bericht:\n\nVan: Anna\nOnderwerp: Offer\nDatum: 2\n\nThe offer is 100.",
    "apple pl": "Początek przekazywanej wiadomości:\n\nOd: Anna\nTemat: Offer\nData: 2\n\nThe offer is 100.",
    "apple sv": "Vidarebefordrat brev:\n\nFrån: Anna\nÄmne: Offer\nDatum: 2\n\nThe offer is 100.",
    "apple ja": "転送されたメッセージ:\n\n差出人: Anna\n件名: Offer\n日付: 2\n\nThe offer is 100.",
    "apple ja2": "Begin forwarded message:\n\n差出人: Anna\n件名: Offer\n日付: 2\n\nThe offer is 100.",
    "apple zh": "开始转发的邮件：\n\n发件人: Anna\n主题: Offer\n日期: 2\n\nThe offer is 100.",
    "apple tw": "開始轉寄郵件：\n\n寄件者: Anna\n主旨: Offer\n日期: 2\n\nThe offer is 100.",
    "apple ko": "전달된 메시지:\n\n보낸 사람: Anna\n제목: Offer\n날짜: 2\n\nThe offer is 100.",
    "apple ko2": "다음은 전달된 메시지입니다:\n\n보낸 사람: Anna\n제목: Offer\n날짜: 2\n\nThe offer is 100.",
    "tb": "-------- Forwarded Message --------\nSubject: \tOffer\nDate: \tMon\nFrom: \tAnna\nTo: \tKim\n\nThe offer is 100.",
    "tb de": "-------- Weitergeleitete Nachricht --------\nBetreff: \tOffer\nDatum: \tMon\nVon: \tAnna\nAn: \tKim\n\nThe offer is 100.",
    "tb fr": "-------- Message transféré --------\nSujet : \tOffer\nDate : \tMon\nDe : \tAnna\nPour : \tKim\n\nThe offer is 100.",
    "tb it": "-------- Messaggio Inoltrato --------\nOggetto: \tOffer\nData: \tMon\nMittente: \tAnna\nA: \tKim\n\nThe offer is 100.",
    "tb es": "-------- Mensaje reenviado --------\nAsunto: \tOffer\nFecha: \tMon\nDe: \tAnna\nPara: \tKim\n\nThe offer is 100.",
    "tb pt": "-------- Mensagem encaminhada --------\nAssunto: \tOffer\nData: \tMon\nDe: \tAnna\n\nThe offer is 100.",
    "tb nl": "-------- Doorgestuurd bericht --------\nOnderwerp: \tOffer\nDatum: \tMon\nVan: \tAnna\n\nThe offer is 100.",
    "tb pl": "-------- Treść przekazanej wiadomości --------\nTemat: \tOffer\nData: \tMon\nNadawca: \tAnna\n\nThe offer is 100.",
    "tb sv": "-------- Vidarebefordrat meddelande --------\nÄmne: \tOffer\nDatum: \tMon\nFrån: \tAnna\n\nThe offer is 100.",
    "tb ja": "-------- Forwarded Message --------\n件名: \tOffer\n日付: \tMon\n差出人: \tAnna\n\nThe offer is 100.",
    "tb ja2": "-------- 転送メッセージ --------\n件名: \tOffer\n日付: \tMon\n差出人: \tAnna\n\nThe offer is 100.",
    "tb ko": "-------- 전달된 메시지 --------\n제목: \tOffer\n날짜: \tMon\n보낸 사람: \tAnna\n\nThe offer is 100.",
    "tb zh": "-------- 转发的消息 --------\n主题: \tOffer\n日期: \tMon\n发件人: \tAnna\n\nThe offer is 100.",
    "naver": "---------- Forwarded Message ----------\nFrom: \"Anna\"<anna@example.com>\nTo: kim\nSent: 2023\nSubject: Offer\n\nThe offer is 100.",
    "naver2": "-----전달된 메일-----\n보낸사람: Anna\n받는사람: Kim\n날짜: 2023\n제목: Offer\n\nThe offer is 100.",
    "yahoo": "----- Forwarded Message -----\nFrom: Anna <anna@example.com>\nTo: Kim\nSent: Monday\nSubject: Offer\n\nThe offer is 100.",
    "yahoo de": "----- Weitergeleitete Nachricht -----\nVon: Anna\nAn: Kim\nGesendet: Montag\nBetreff: Offer\n\nThe offer is 100.",
    "yahoo fr": "----- Mail transféré -----\nDe : Anna\nÀ : Kim\nEnvoyé : lundi\nObjet : Offer\n\nThe offer is 100.",
    "yahoo it": "----- Messaggio inoltrato -----\nDa: Anna\nA: Kim\nInviato: lunedì\nOggetto: Offer\n\nThe offer is 100.",
    "proton": "------- Forwarded Message -------\nFrom: Anna <anna@example.com>\nDate: On Monday\nSubject: Offer\nTo: Kim\n\n> The offer is 100.",
    "qq": "------------------ 转发邮件 ------------------\n发件人: Anna\n发送时间: 2023\n收件人: Kim\n主题: Offer\n\nThe offer is 100.",
    "163": "-------- 转发邮件信息 --------\n发件人：\"Anna\" <anna@example.com>\n发送日期：2023-01-02\n收件人：Kim\n主题：Offer\n\nThe offer is 100.",
    "outlook none": "From: Anna <anna@example.com>\nSent: Monday\nTo: Kim\nSubject: Offer\n\nThe offer is 100.",
    "hotmail": "________________________________\nFrom: Anna <anna@example.com>\nSent: Monday\nTo: Kim\nSubject: Offer\n\nThe offer is 100.",
}  # fmt: skip

OTHERS = {
    "old gmail": "2012/8/9 Ivan Ivanov <ivan@example.com>\n\n> old\n> lines",
    "old gmail2": "2012/8/9 Ivan Ivanov <ivan@example.com>:\n> old",
    "nospace": "On Tue, Apr 29, 2014 at 4:22 PM, Example Dev <sugar@example.com>wrote:\n\n> old",
    "at ms": "On 11-Apr-2011, at 6:54 PM, Roman <r@example.com> wrote:\n\n> old",
    "yahoo old": "--- On Mon, 1/2/23, Help <help@example.com> wrote:\n\nFrom: Help <help@example.com>\nSubject: x\nTo: kim@e.com\nDate: Monday\n\nold",
    "horde": "Quoting Help <help@example.com>:\n\n> old",
    "horde de": "Zitat von Help <help@example.com>:\n\n> old",
    "name wrote": "Help <help@example.com> wrote:\n> old",
    "name schrieb": "Help <help@example.com> schrieb:\n> old",
    "writes": "In message <1@x.example>, Help writes:\n> old",
    "airmail": "On 2 January 2023 at 15:04:05, Help (help@example.com) wrote:\n\nold",
    "notes": "Help/Acme wrote on 01/02/2023 03:04:05 PM:\n\n> old",
    "notes2": "-----Help <help@example.com> wrote: -----\nTo: kim@e.com\nFrom: Help <help@example.com>\nDate: 01/02/2023 03:04PM\nSubject: x\n\nold",
    "notes3": "From:   Help/Acme\nTo:     Kim/Acme\nDate:   01/02/2023 03:04 PM\nSubject:        x\n\nold",
    "fi": "ma 2. tammik. 2023 klo 15.04 Help (help@example.com) kirjoitti:\n\n> old",
    "hu": "Help <help@example.com> ezt írta (időpont: 2023. jan. 2., H, 15:04):\n\n> old",
    "cs": "po 2. 1. 2023 v 15:04 odesílatel Help <help@example.com> napsal:\n\n> old",
    "ro": "În lun., 2 ian. 2023 la 15:04, Help <help@example.com> a scris:\n\n> old",
    "el": "Στις Δευ 2 Ιαν 2023 στις 3:04 μ.μ., ο χρήστης Help <help@example.com> έγραψε:\n\n> old",
    "he": "‫בתאריך יום ב׳, 2 בינו׳ 2023 ב-15:04 מאת ‪Help‬‏ <‪help@example.com‬‏>:‬\n\n> old",
    "ar": "في الاثنين، 2 يناير 2023 في 3:04 م تمت كتابة ما يلي بواسطة Help <help@example.com>:\n\n> old",
    "th": "ในวันที่ จ. 2 ม.ค. 2023 เวลา 15:04 Help <help@example.com> เขียนว่า:\n\n> old",
    "id": "Pada Sen, 2 Jan 2023 pukul 15.04 Help <help@example.com> menulis:\n\n> old",
    "vi": "Vào Th 2, 2 thg 1, 2023 vào lúc 15:04 Help <help@example.com> đã viết:\n\n> old",
    "sk": "po 2. 1. 2023 o 15:04 Help <help@example.com> napísal(a):\n\n> old",
    "hr": "pon, 2. sij 2023. u 15:04 Help <help@example.com> napisao je:\n\n> old",
    "bg": "На пн, 2.01.2023 г. в 15:04 Help <help@example.com> написа:\n\n> old",
    "uk": "пн, 2 січ. 2023 р. о 15:04 Help <help@example.com> пише:\n\n> old",
    "ca": "Missatge de Help <help@example.com> del dia dl., 2 de gen. 2023 a les 15:04:\n\n> old",
    "no": "man. 2. jan. 2023 kl. 15:04 skrev Help <help@example.com>:\n\n> old",
    "da": "Den man. 2. jan. 2023 kl. 15.04 skrev Help <help@example.com>:\n\n> old",
    "en wrap3": "On Mon, Jan 2, 2023 at 3:04 PM A Very Long Name Of Some Company\nSupport Department via Ticket System <\nhelp@example.com> wrote:\n\n> old",
    "html2text": "On Mon, Jan 2, 2023 at 3:04 PM Help <[help@example.com](mailto:help@example.com)> wrote:\n\n> old",
    "mailto": "On Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com<mailto:help@example.com>> wrote:\n\n> old",
    "oe": "----- Original Message ----- \nFrom: \"Help\" <help@example.com>\nTo: <kim@e.com>\nSent: Monday, January 02, 2023 3:04 PM\nSubject: x\n\n> old",
    "sep only": "________________________________________\nFrom: Help [help@example.com]\nSent: Monday\nTo: Kim\nSubject: x\n\nold",
    "said": "Help said the following on 1/2/2023 3:04 PM:\n> old",
    "am schrieb 2": "Am 02.01.2023 um 15:04:05 Uhr schrieb\nHelp <help@example.com>:\n> old",
    "date first": "02.01.2023 15:04, Help пишет:\n> old",
    "iso": "On 2023-01-02T15:04:05Z, Help wrote:\n> old",
    "gh": "On Mon, Jan 2, 2023, 15:04 Help ***@***.***> wrote:\n\n> old\n\n—\nReply to this email directly, view it on GitHub",
    "front": "On January 2, 2023, 3:04 PM GMT+9 help@example.com wrote:\n\nold",
    "superhuman": "On Mon, Jan 02, 2023 at 3:04 PM, Help < help@example.com > wrote:\n\nold",
    "missive": "On Mon, Jan 2, 2023 at 3:04 PM, Help wrote:\n> old",
    "crm": "------------------- Original Message -------------------\nFrom: Help;\nReceived: Mon\nTo: Kim\nSubject: x\n\nold",
    "ws": "On Mon, Jan 2, 2023 at 3:04 PM, Help\n<help@example.com>\nwrote:\n> old",
    "outlook de kal": "Von: Help <help@example.com>\nGesendet: Montag\nAn: Kim\nCc: Anna; Max\nBetreff: x\nPriorität: Hoch\n\nold",
    "msg from": "Message from Help <help@example.com> on Mon, Jan 2 2023:\n> old",
    "nbsp": "On\u00a0Mon, Jan 2, 2023 at 3:04\u00a0PM Help <help@example.com>\u00a0wrote:\n\n> old",
}  # fmt: skip
CLOSINGS = (
    "Best regards", "Kind regards", "Warm regards", "Regards", "Best wishes", "Sincerely", "Yours sincerely", "Yours faithfully", "Cheers", "Best", "All the best", "Warmly", "Respectfully", "Thanks and regards", "Thanks & Regards", "With best regards", "Rgds", "Respectfully yours", "Cordially", "Many thanks and kind regards",
    "Mit freundlichen Grüßen", "Mit freundlichem Gruß", "Mit besten Grüßen", "Freundliche Grüße", "Freundliche Grüsse", "Viele Grüße", "Beste Grüße", "Liebe Grüße", "Schöne Grüße", "Herzliche Grüße", "Mit freundlichen Gruessen", "MfG", "VG", "LG", "Hochachtungsvoll", "Grüße", "Gruß", "Beste Grüße aus Berlin", "Viele Grüße aus München", "Mit herzlichen Grüßen", "Freundlicher Gruß",
    "Cordiali saluti", "Distinti saluti", "Saluti", "Un saluto", "Un cordiale saluto", "Cordialmente", "Grazie e saluti", "Grazie e cordiali saluti", "Cari saluti", "Buona giornata", "I migliori saluti", "Saluti cordiali", "In attesa di riscontro, cordiali saluti",
    "Cordialement", "Bien cordialement", "Très cordialement", "Sincères salutations", "Meilleures salutations", "Bien à vous", "Salutations distinguées", "Cdlt", "Bonne journée", "Respectueusement", "Salutations",
    "Saludos", "Un saludo", "Saludos cordiales", "Atentamente", "Un cordial saludo", "Cordialmente", "Reciba un cordial saludo", "Gracias y saludos", "Muchas gracias y un saludo", "Atte.",
    "Atenciosamente", "Att.", "Att", "Cumprimentos", "Com os melhores cumprimentos", "Melhores cumprimentos", "Abraços", "Abraço", "Cordialmente", "Obrigado e cumprimentos",
    "Met vriendelijke groet", "Met vriendelijke groeten", "Groeten", "Mvg", "Hartelijke groet", "Vriendelijke groet", "Groetjes", "Met hartelijke groet", "Hoogachtend",
    "Pozdrawiam", "Z poważaniem", "Serdecznie pozdrawiam", "Pozdrawiam serdecznie", "Pozdrowienia", "Z wyrazami szacunku", "Łączę pozdrowienia",
    "Med vänlig hälsning", "Med vänliga hälsningar", "Vänliga hälsningar", "Mvh", "Hälsningar", "Vänligen", "Bästa hälsningar", "Med venlig hilsen", "Hilsen", "Vennlig hilsen",
    "敬具", "草々", "以上",
    "此致", "祝好", "顺祝商祺", "祝商祺", "此致敬礼",
    "홍길동 드림", "홍길동 올림", "홍 길동 배상", "홍길동 拜上",
)  # fmt: skip
# text: what is shown, white space aside
WHOLE = {
    "inline tb":("On 1/2/23 15:04, Help wrote:\n> Which version?\nIt is 3.2.\n> And system?\nLinux.\n\n-- \nKim\n","It is 3.2.\nLinux."),
    "inline ko":("2023년 1월 2일 (월) 오후 3:04, 고객지원 <help@example.com>님이 작성:\n\n> 버전이 어떻게 되나요?\n\n3.2입니다.\n\n> 운영체제는요?\n\n리눅스입니다.\n","3.2입니다.\n리눅스입니다."),
    "bottom":("On Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com> wrote:\n> Did it work?\n>\n> Bye\n\nYes it did, thanks.\n\nKim\n","Yes it did, thanks.\nKim"),
    "sig ko":("주문 취소 부탁드립니다.\n\n감사합니다.\n김철수 드림\n\n010-1234-5678\n","주문 취소 부탁드립니다.\n감사합니다."),
    "sig it":("Vorrei annullare l'ordine.\n\nCordiali saluti,\nMario Rossi\nAcme S.r.l.\nTel. +39 06 123456\n","Vorrei annullare l'ordine."),
    "sig fr":("Merci de me rappeler.\n\nCordialement,\n\nJean Dupont\n","Merci de me rappeler."),
    "sig es":("Quiero cancelar el pedido.\n\nUn saludo,\nJuan\n","Quiero cancelar el pedido."),
    "sig es2":("Quiero cancelar el pedido.\n\nSaludos cordiales\nJuan Pérez\n","Quiero cancelar el pedido."),
    "sig pt":("Quero cancelar.\n\nAtenciosamente,\nJoão\n","Quero cancelar."),
    "sig nl":("Ik wil annuleren.\n\nMet vriendelijke groet,\nJan\n","Ik wil annuleren."),
    "sig pl":("Chcę anulować.\n\nPozdrawiam,\nJan\n","Chcę anulować."),
    "sig sv":("Jag vill avbryta.\n\nMed vänliga hälsningar\nJan\n","Jag vill avbryta."),
    "sig sv2":("Jag vill avbryta.\n\nMvh\nJan\n","Jag vill avbryta."),
    "sig ja":("キャンセルお願いします。\n\nよろしくお願いいたします。\n\n--\n山田太郎\n","キャンセルお願いします。\nよろしくお願いいたします。"),
    "sig zh":("请取消订单。\n\n此致\n敬礼\n王伟\n","请取消订单。"),
    "sig en":("Please cancel.\n\nBest,\nKim\n","Please cancel."),
    "sig en2":("Please cancel.\n\nKind regards\n\nKim Lee | CEO\nAcme Inc.\n+1 555 123 4567 | www.acme.example\n","Please cancel."),
    "sig en3":("Please cancel.\n\nThanks,\nKim\n","Please cancel.\nThanks,\nKim"),
    "sig en4":("Please cancel.\n\nMany thanks and best regards,\nKim\n","Please cancel."),
    "sig de":("Bitte stornieren.\n\nViele Grüße\nAnna\n","Bitte stornieren."),
    "sig de2":("Bitte stornieren.\n\nMit freundlichem Gruß\nAnna Muster\nMuster GmbH\nGeschäftsführer: Max\nHRB 1234\n","Bitte stornieren."),
    "sig de3":("Bitte stornieren.\nGruß Anna\n","Bitte stornieren.\nGruß Anna"),
    "quote no header":("Yes.\n\n> Did it work?\n","Yes."),
    "nested":("Ok\n\nOn Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com> wrote:\n\n> > On Sun wrote:\n> > older\n> old\n","Ok"),
    "two headers":("Ok\n\nFrom: Help <help@example.com>\nSent: Monday\nTo: Kim <k@e.com>\nSubject: x\n\nold\n\nFrom: Kim <k@e.com>\nSent: Sunday\nTo: Help\nSubject: x\n\nolder\n","Ok"),
    "gt in text":("Use a > b and x->y\n> not quote?\nok","Use a > b and x->y\nok"),
    "code":("The error is:\n\n  File \"x\", line 1\n    foo:\n\nThanks","The error is:\n  File \"x\", line 1\n    foo:\nThanks"),
    "disclaimer":("Please cancel.\n\nThis e-mail is confidential and intended only for the addressee.\nIf you got it by mistake delete it.\n","Please cancel."),
    "list footer gg":("My question.\n\n-- \nYou received this message because you are subscribed to the Google Groups \"x\" group.\nTo unsubscribe ...\n","My question."),
    "empty lines":("\n\nHello\n\n\n\nOn Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com> wrote:\n> x","Hello"),
    "wrote mid":("As he wrote: nothing.\nOn Monday I wrote you:\nno answer.\n","As he wrote: nothing.\nOn Monday I wrote you:\nno answer."),
    "date line":("On Mon, Jan 2, 2023 we ordered 5 items:\n- a\n- b\n","On Mon, Jan 2, 2023 we ordered 5 items:\n- a\n- b"),
    "crlf":("Hi\r\n\r\nOn Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com> wrote:\r\n\r\n> x\r\n","Hi"),
    "zendesk":("It works\n\n##- Please type your reply above this line -##\n\nOld stuff\n","It works"),
    "freshdesk":("It works\n\n---- On Mon, 2 Jan 2023 at 3:04 PM Help <help@example.com> wrote ----\n\nOld stuff\n","It works"),
    "ko reply above":("됩니다\n\n##- 이 줄 위에 회신을 입력하십시오 -##\n\nOld\n","됩니다"),
    "de reply above":("Geht\n\n##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##\n\nOld\n","Geht"),
    "fr reply above":("Ok\n\n##- Veuillez taper votre réponse au-dessus de cette ligne -##\n\nOld\n","Ok"),
    "es reply above":("Ok\n\n##- Por favor, escriba su respuesta por encima de esta línea. -##\n\nOld\n","Ok"),
    "it reply above":("Ok\n\n##- Digitare la risposta sopra questa riga -##\n\nOld\n","Ok"),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_only_the_own_words_are_shown(name: str) -> None:
    split = split_reply(f"{OWN}\n\n{HEADERS[name]}\n")
    assert split.visible == OWN
    assert split.quoted.endswith("old")


@pytest.mark.parametrize("name", OTHERS)
def test_older_and_rarer_forms(name: str) -> None:
    assert split_reply(f"{OWN}\n\n{OTHERS[name]}\n").visible == OWN


@pytest.mark.parametrize("text", [
    "Please see kim@example.com:\nthat is me", "At 15:04:\n> it stopped\nand at 15:10 again", "I wrote to help@example.com:\n\nno answer",
])  # fmt: skip
def test_addresses_and_times_of_a_person(text: str) -> None:
    visible = split_reply(f"Hello\n{text}").visible
    assert visible == "\n".join(line for line in f"Hello\n{text}".split("\n") if not line.startswith(">"))


@pytest.mark.parametrize("mark", MARKS)
def test_programs_that_name_themselves(mark: str) -> None:
    assert split_reply(f"Ok, thanks.\n\n{mark}").visible == "Ok, thanks."
    assert split_reply(f"Ok, thanks.\n\n{mark}\n\n> old").signature == mark


@pytest.mark.parametrize("closing", CLOSINGS)
def test_closing_formulas(closing: str) -> None:
    for end in ("", ","):
        split = split_reply(f"Please cancel my order.\nIt is late.\n\n{closing}{end}\nAnna Kim\n")
        assert (split.visible, split.signature) == ("Please cancel my order.\nIt is late.", f"{closing}{end}\nAnna Kim")


@pytest.mark.parametrize("name", WHOLE)
def test_whole_mails(name: str) -> None:
    text, visible = WHOLE[name]
    split = split_reply(text)
    assert split.visible.split() == visible.split()
    assert sorted(text.split()) == sorted(f"{split.visible} {split.quoted} {split.signature}".split())


@pytest.mark.parametrize("name", FORWARDS)
def test_forwards_keep_their_content(name: str) -> None:
    before = "" if name in ("outlook none", "hotmail") else "Please see below.\n\n"
    assert "The offer is 100." in split_reply(before + FORWARDS[name]).visible


@pytest.mark.parametrize("text", [
    "Please book:\nFrom: Seoul\nTo: Busan\nDate: 3 May\n\nThank you for it", "Da: lunedì\nA: venerdì\nsiamo chiusi, potete consegnare dopo?",
    "출발: 서울\n날짜: 5월 3일\n수신: 2명\n예약 부탁드립니다", "I wrote on Monday:\nnothing happened since. What now?",
    "Il collega ha scritto:\nnon funziona. Potete aiutarci?", "Am Montag habe ich geschrieben:\nbisher keine Antwort.",
])  # fmt: skip
def test_lines_of_a_person_that_only_look_like_headers(text: str) -> None:
    assert split_reply(f"Hello,\n\n{text}").visible == f"Hello,\n\n{text}"


def test_what_openpgp_adds_to_a_signed_text_is_no_text() -> None:
    armor = "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----"
    split = split_reply(
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello,\nplease call.\n\n- -- \nKim\n{armor}\n"
    )
    assert split.visible == "Hello,\nplease call."
    assert split.signature == f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n- --\nKim\n{armor}"
    closed = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
    assert split_reply(closed).visible == closed
