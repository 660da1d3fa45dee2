"""Customer support: threads and their life, what a message means, and what is answered."""
