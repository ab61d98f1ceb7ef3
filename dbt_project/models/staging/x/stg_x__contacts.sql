{{ social_contacts('x') }}
