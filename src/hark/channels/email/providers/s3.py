"""Mails that Amazon SES stores in S3 instead of sending them: fetched with an access key of the mailbox.

Source: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-s3.html.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import obstore
from obstore.exceptions import NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from hark.channels.email.providers.forms import BEGINNING
from hark.channels.email.providers.types import StoredMail
from hark.core.errors import Unavailable

FetchStored = Callable[[StoredMail, str, str, int], Awaitable[tuple[bytes, int]]]
"""(where, access key id, secret, limit in bytes) -> the mail, or its beginning when it is larger, and its true size.
Raises NotReadable or Unavailable."""

TIMEOUT = "20s"


class NotReadable(Exception):
    """The mail cannot be read with this key, whenever it is tried again. Holds a sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


async def fetch_stored(
    where: StoredMail, access_key_id: str, secret: str, limit: int, *, endpoint: str | None = None
) -> tuple[bytes, int]:
    """A FetchStored with Amazon; `endpoint` is another address that speaks S3."""
    end = "amazonaws.com.cn" if where.region.startswith("cn-") else "amazonaws.com"
    store = S3Store(
        where.bucket, region=where.region, endpoint=endpoint or f"https://s3.{where.region}.{end}",
        access_key_id=access_key_id, secret_access_key=secret, virtual_hosted_style_request=False,
        client_options={"timeout": TIMEOUT, "allow_http": endpoint is not None},
        retry_config={"max_retries": 1},
    )  # fmt: skip
    try:
        found = await obstore.get_async(store, where.key)
        if _is_encrypted(dict(found.attributes)):
            raise NotReadable(
                f"The mail in {where} is encrypted by SES. Switch message encryption off in the receipt rule."
            )
        size = int(found.meta["size"])
        if size > limit:
            return bytes(await obstore.get_range_async(store, where.key, start=0, length=BEGINNING)), size
        return bytes(await found.bytes_async()), size
    except (NotFoundError, FileNotFoundError) as error:
        raise NotReadable(f"There is nothing in {where}. The mail may have been deleted there.") from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise NotReadable(
            f"Amazon does not let this access key read {where}. Give it the permission s3:GetObject there, or enter another."
        ) from error
    except (obstore.exceptions.BaseError, OSError) as error:
        raise Unavailable(f"The mail in {where} cannot be fetched just now. Amazon tries again.") from error


def _is_encrypted(attributes: dict[Any, Any]) -> bool:
    """SES encrypts on its side with a key of KMS, and names that in the object's own fields (x-amz-key-v2)."""
    return any("x-amz-key" in str(name).lower() for name in attributes)
