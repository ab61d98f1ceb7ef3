{{ social_contacts('reddit') }}
