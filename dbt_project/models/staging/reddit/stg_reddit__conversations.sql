{{ social_conversations('reddit') }}
