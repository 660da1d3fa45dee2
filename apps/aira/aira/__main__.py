"""``python -m aira`` serves AIRA."""

from aira.app import create_app
from core.web.serving import serve

if __name__ == "__main__":
    application = create_app()
    settings = application.state.door.settings
    serve(application, host=settings.host, port=settings.aira_port)
