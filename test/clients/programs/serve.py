import sys


def answer_requests(handle):
    """Each line of input is a request, and one line of output answers it. The program ends with its input."""
    for request in sys.stdin:
        try:
            handle(request.strip())
            print('ok', flush=True)
        except Exception as error:
            code = getattr(error, 'pgcode', None) or 'without a code'
            text = ' / '.join(line.strip() for line in str(error).splitlines())
            print(f'failed {type(error).__name__} {code}: {text}', flush=True)
