{{ social_contacts('app_store') }}
