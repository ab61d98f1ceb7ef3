{{ social_messages('app_store') }}
