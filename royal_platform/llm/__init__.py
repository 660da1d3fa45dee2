"""Language models over the chat completions protocol of OpenAI, which other servers speak too."""
