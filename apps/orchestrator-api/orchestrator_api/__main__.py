"""``python -m orchestrator_api`` serves machine control."""

from core.web.serving import serve
from orchestrator_api.app import create_app

if __name__ == "__main__":
    application = create_app()
    settings = application.state.door.settings
    serve(application, host=settings.host, port=settings.orchestrator_api_port)
