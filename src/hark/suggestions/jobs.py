"""What suggestions do with the journal."""

from hark.core.journal import Consumer
from hark.journey.types import ReplySent
from hark.suggestions.actions import learn_from

CONSUMER = Consumer(name="suggestions", events=(ReplySent,), handle=learn_from)
