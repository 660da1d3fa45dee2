"""Which models are configured: from the settings, else from the secret cascade, read when used."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.errors import NotConfigured
from core.secrets.secret_provider import UnifiedSecretResolver
from core.settings import Settings

REMEDY = (
    "Set OPENAI_API_KEY and OPENAI_MODEL (and OPENAI_BASE_URL for any compatible server), in the "
    "environment or with `royal secrets set`; no restart is needed then. Without them everything "
    "but conversation works."
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is known of the model server; equal configurations can share connections."""

    api_key: str | None = field(default=None, repr=False)
    organization: str | None = None
    base_url: str | None = None
    reasoning: str | None = None
    routine: str | None = None
    fallback: str | None = None
    embedding: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The variables without which no model can be asked."""
        needed = (("OPENAI_API_KEY", self.api_key), ("OPENAI_MODEL", self.reasoning))
        return tuple(name for name, value in needed if not value)

    def demand(self) -> None:
        """Raise ``NotConfigured`` naming the absent variables."""
        if self.missing:
            raise NotConfigured(
                f"No language model is configured: {' and '.join(self.missing)} not set.",
                remedy=REMEDY,
            )


async def read_configuration(settings: Settings, secrets: UnifiedSecretResolver) -> Configuration:
    """The configuration as of now; a setting goes before the cascade's value of the same name."""
    key = settings.openai_api_key
    given = {
        "OPENAI_API_KEY": None if key is None else key.get_secret_value(),
        "OPENAI_ORG_ID": settings.openai_org_id,
        "OPENAI_BASE_URL": settings.openai_base_url,
        "OPENAI_MODEL": settings.openai_model,
        "OPENAI_MODEL_ROUTINE": settings.openai_model_routine,
        "OPENAI_MODEL_FALLBACK": settings.openai_model_fallback,
        "OPENAI_EMBEDDING_MODEL": settings.openai_embedding_model,
    }
    found = {name: value or await secrets.find(name) for name, value in given.items()}
    text = {name: str(value).strip() for name, value in found.items() if value}
    return Configuration(
        api_key=text.get("OPENAI_API_KEY"),
        organization=text.get("OPENAI_ORG_ID"),
        base_url=text.get("OPENAI_BASE_URL"),
        reasoning=text.get("OPENAI_MODEL"),
        routine=text.get("OPENAI_MODEL_ROUTINE") or text.get("OPENAI_MODEL"),
        fallback=text.get("OPENAI_MODEL_FALLBACK"),
        embedding=text.get("OPENAI_EMBEDDING_MODEL"),
    )
