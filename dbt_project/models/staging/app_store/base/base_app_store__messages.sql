{{ store_messages('app_store') }}
