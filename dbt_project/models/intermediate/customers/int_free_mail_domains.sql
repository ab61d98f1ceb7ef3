-- Domains whose mail addresses anybody can get: the package's list (warehouse/free_mail.py) and our own.
select domain
from {{ source('ops', 'free_mail_domains') }}
{% for domain in var("free_mail_domains") %}
union
select lower('{{ domain | replace("'", "''") }}')
{% endfor %}
