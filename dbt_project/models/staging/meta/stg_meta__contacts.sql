{{ social_contacts('meta') }}
