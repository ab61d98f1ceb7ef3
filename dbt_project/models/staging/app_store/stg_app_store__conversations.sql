{{ social_conversations('app_store') }}
