"""Text under right, wrong and missing labels, in bodies, subjects, names of people and names of files."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.charsets import decode
from hark.channels.email.mime import parse_message

KO = "안녕하세요, 주문한 상품이 아직 도착하지 않았습니다. 확인 부탁드립니다."
IT = "Perché l’ordine – da 50 € – non è arrivato? “Grazie”"
JA = "ご注文ありがとうございます。カタカナも。"
ZH = "我们的订单还没有收到，请帮忙查询一下。谢谢！"
TW = "我們的訂單還沒有收到，請幫忙查詢一下。謝謝！"
WRONG = (
    "utf-8",
    "us-ascii",
    "iso-8859-1",
    "iso-8859-15",
    "windows-1252",
    "",
    "unknown-8bit",
    "default",
    "x-unknown",
    "8bit",
)


@pytest.mark.parametrize("label", ["euc-kr", "EUC_KR", "ks_c_5601-1987", "KS_C_5601", "ksc5601", "cp949", "x-windows-949", "ms949", "iso-2022-kr", *WRONG])  # fmt: skip
def test_korean(label: str) -> None:
    assert decode(KO.encode("cp949"), label) == (KO, False)
    assert decode(KO.encode(), label) == (KO, False)
    assert decode("네 감사합니다".encode("cp949"), label) == ("네 감사합니다", False)


@pytest.mark.parametrize("label", ["iso-2022-kr", "euc-kr", "ks_c_5601-1987", *WRONG])
def test_seven_bit_korean(label: str) -> None:
    assert decode(KO.encode("iso2022_kr"), label) == (KO, False)


@pytest.mark.parametrize("label", WRONG)
def test_italian(label: str) -> None:
    for codec in ("utf-8", "iso-8859-15") if label == "iso-8859-15" else ("utf-8", "cp1252"):
        text = IT if codec != "iso-8859-15" else "Perché da 50 €"
        assert decode(text.encode(codec), label) == (text, False)


@pytest.mark.parametrize("label", ["shift_jis", "euc-jp", "iso-2022-jp", "utf-8", "us-ascii", "", "iso-8859-1"])
@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "iso2022_jp"])
def test_japanese(codec: str, label: str) -> None:
    assert decode(JA.encode(codec), label) == (JA, False)


@pytest.mark.parametrize("label", ["gb2312", "utf-8", "us-ascii", "", "iso-8859-1"])
def test_chinese(label: str) -> None:
    assert decode(ZH.encode("gb18030"), label) == (ZH, False)
    assert decode(TW.encode("cp950"), label.replace("gb2312", "big5")) == (TW, False)


@pytest.mark.parametrize(("text", "label"), [
    ("Здравствуйте, заказ", "windows-1251"), ("Zażółć gęślą jaźń", "iso-8859-2"), ("Καλημέρα", "iso-8859-7"), ("네", "gb2312"),
])  # fmt: skip
def test_utf8_under_the_label_of_another_script(text: str, label: str) -> None:
    assert decode(text.encode(), label) == (text, False)


@pytest.mark.parametrize(("text", "codec"), [
    ("Здравствуйте, мой заказ не пришёл", "koi8-r"), ("Здравствуйте", "cp1251"), ("Мій", "cp1251"), ("차하", "cp949"), ("Καλημέρα", "iso8859-7"),
    ("Zażółć", "iso8859-2"), ("שלום", "cp1255"), ("สวัสดี", "cp874"), ("ã é", "cp1252"),
])  # fmt: skip
def test_a_right_label_is_believed(text: str, codec: str) -> None:
    assert decode(text.encode(codec), codec) == (text, False)


def test_characters_cut_at_the_end_are_left_out() -> None:
    assert decode((KO + "가").encode()[:-1], "utf-8") == (KO, False)
    assert decode((KO + "가").encode("cp949")[:-1], "euc-kr") == (KO, False)
    assert decode("Perché".encode("cp1252"), "utf-8") == ("Perché", False)  # that is no cut character


def test_a_footer_in_another_charset() -> None:
    footer = "\r\n-- \r\n푸터 메시지입니다 감사합니다"
    assert decode(KO.encode() + footer.encode("cp949"), "utf-8") == (KO + footer, False)
    assert decode(KO.encode("cp949") + footer.encode(), "euc-kr") == (KO + footer, False)
    assert decode(KO.encode() + b"\r\n-- \r\nVia Nomentana, caff\xe8\r\n", "utf-8") == (
        KO + "\r\n-- \r\nVia Nomentana, caffè\r\n",
        False,
    )


def test_what_cannot_be_known_is_said() -> None:
    text, lossy = decode(KO.encode() + b" \xe2\x80 \xff\xfe end", "utf-8")
    assert "\ufffd" in text
    assert lossy


@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["euc-kr", "iso-2022-kr", "iso-2022-jp", "shift_jis", "gb2312", "big5", "utf-16", "koi8-r", "johab", *WRONG]
    ),
)
def test_nothing_raises(data: bytes, label: str) -> None:
    decode(data, label)[0].encode()


def _b(text: str, codec: str) -> bytes:
    return b64encode(text.encode(codec))


SUBJECTS = [
    ("주문 문의".encode("cp949"), "주문 문의"), (b"Perch\xe9", "Perché"), ("Perché".encode(), "Perché"),
    (b"=?ks_c_5601-1987?B?" + _b("똠방각하", "cp949") + b"?=", "똠방각하"), (b"=?euc-kr?B?" + _b("주문 문의", "utf-8") + b"?=", "주문 문의"),
    (b"=?utf-8?B?" + _b("주문 문의", "cp949") + b"?=", "주문 문의"), (b"=?iso-2022-kr?B?" + _b("주문 문의", "iso2022_kr") + b"?=", "주문 문의"),
    (b"=?UTF-8?Q?=EC=A3=BC=EB=AC=B8 =EB=AC=B8=EC=9D=98?=", "주문 문의"), (b"=?utf-8?B?7KO8 66y4IOus uOydmA==?=", "주문 문의"),
    (b"=?utf-8?B?7KO866y4IOus?=\r\n =?utf-8?B?uOydmA==?=", "주문 문의"), (b"[A] =?utf-8?B?7KO866y4?= (1)", "[A] 주문 (1)"),
    (b"=?utf-8?b?7KO866y4IOusuOydmA==", "주문 문의"), (b"=?UTF-8?B?7KO866y4?==?UTF-8?B?66y47J2Y?=", "주문문의"),
    (b"=?iso-8859-1?Q?Perch=E9_50_=80?=", "Perché 50 €"), (b"=?utf-8*ko?B?7KO866y4?=", "주문"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "want"), SUBJECTS)
def test_subjects(raw: bytes, want: str) -> None:
    assert parse_message(b"From: a@b.example\r\nSubject: " + raw + b"\r\n\r\nx").subject == want


FILES = [
    (b'Content-Disposition: attachment; filename="' + "견적서.pdf".encode("cp949") + b'"', "견적서.pdf"),
    (b'Content-Disposition: attachment; filename="' + "견적서.pdf".encode() + b'"', "견적서.pdf"),
    (b'Content-Disposition: attachment; filename="=?euc-kr?B?' + _b("견적서.pdf", "cp949") + b'?="', "견적서.pdf"),
    (b"Content-Disposition: attachment; filename==?utf-8?B?" + _b("견적서.pdf", "utf-8") + b"?=", "견적서.pdf"),
    (b"Content-Disposition: attachment; filename*=UTF-8''%EA%B2%AC%EC%A0%81%EC%84%9C.pdf", "견적서.pdf"),
    (b"Content-Disposition: attachment; filename*=euc-kr'ko'%B0%DF%C0%FB%BC%AD.pdf", "견적서.pdf"),
    (b"Content-Disposition: attachment; filename*=%EA%B2%AC%EC%A0%81%EC%84%9C.pdf", "견적서.pdf"),
    (b"Content-Disposition: attachment; filename*0*=UTF-8''%EA%B2%AC%EC%A0; filename*1*=%81%EC%84%9C.pdf", "견적서.pdf"),
    (b'Content-Disposition: attachment;\r\n filename*0="=?utf-8?B?6rKs7KCB?=";\r\n filename*1="=?utf-8?B?7IScLnBkZg==?="', "견적서.pdf"),
    (b'Content-Type: application/pdf; name="=?UTF-8?B?6rKs7KCB?=\r\n =?UTF-8?B?7IScLnBkZg==?="', "견적서.pdf"),
    (b'Content-Disposition: attachment; filename="%EA%B2%AC%EC%A0%81%EC%84%9C.pdf"', "견적서.pdf"),
    (b'Content-Disposition: attachment; filename="100%25 sure.pdf"', "100%25 sure.pdf"),
    (b"Content-Disposition: attachment; filename=my file.pdf", "my file.pdf"), (b'Content-Disposition: attachment; filename="a;b.pdf"', "a;b.pdf"),
    (b'Content-Disposition: attachment; filename="Perch\xe9.pdf"', "Perché.pdf"), (b"Content-Disposition: filename=plan.doc", "plan.doc"),
    (b"Content-Disposition: attachment, filename=plan.doc", "plan.doc"), (b"Content-Disposition: attachment; filename=\"x.pdf\"; filename*=UTF-8''y%C3%A9.pdf", "yé.pdf"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "want"), FILES)
def test_names_of_files(head: bytes, want: str) -> None:
    kind = b"" if b"Content-Type" in head else b"Content-Type: application/octet-stream\r\n"
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nhi\r\n--B\r\n"
        + kind
        + head
        + b"\r\n\r\nx\r\n--B--"
    )
    assert [one.name for one in parse_message(raw).attachments] == [want]


@pytest.mark.parametrize(("value", "name"), [
    ("홍길동 <a@b.example>".encode("cp949"), "홍길동"), (b'"=?euc-kr?B?' + _b("홍길동", "cp949") + b'?=" <a@b.example>', "홍길동"),
    (b"=?utf-8?B?" + _b("홍길동 <a@b.example>", "utf-8") + b"?=", "홍길동"), (b"a@b.example (=?utf-8?B?7ZmN6ri464+Z?=)", "홍길동"),
    (b"=?utf-8?Q?Rossi=2C_Mario?= <a@b.example>", "Rossi, Mario"), (b"Rossi, Mario <a@b.example>", "Rossi, Mario"), (b"<a@b.example>", ""),
    (b"'Kim' via Support <a@b.example>", "'Kim' via Support"), (b"'Kim' <a@b.example>", "Kim"), (b"Kim, a@b.example", ""),
])  # fmt: skip
def test_names_of_people(value: bytes, name: str) -> None:
    sender = parse_message(b"From: " + value + b"\r\n\r\nx").from_
    assert sender is not None
    assert (sender.name, sender.address) == (name, "a@b.example")


def test_unquoted_names_of_several_recipients() -> None:
    to = parse_message(
        b"From: a@b.example\r\nTo: Muster, Anna <anna@b.example>, kim@b.example, Rossi, Mario <mario@b.example>\r\n\r\nx"
    ).to
    assert [(one.name, one.address) for one in to] == [
        ("Muster, Anna", "anna@b.example"),
        ("", "kim@b.example"),
        ("Rossi, Mario", "mario@b.example"),
    ]
