"""A client of the Paho library: signs in, listens, publishes with each QoS, leaves. Prints what it saw as JSON lines.

Usage: paho_client.py <port> <settings as JSON>
"""
import json
import sys
import threading

import paho.mqtt.client as mqtt

port = int(sys.argv[1])
settings = json.loads(sys.argv[2])
ready = threading.Event()
published = threading.Semaphore(0)


def say(what, value):
    print(json.dumps({what: value}), flush=True)


def on_connect(client, _userdata, flags, code):
    say("connected", [code, flags["session present"]])
    client.subscribe([(settings["downTopic"], 1), ("#", 0)])


def on_subscribe(_client, _userdata, _mid, granted):
    say("granted", list(granted))
    ready.set()


def on_message(_client, _userdata, message):
    say("heard", [message.topic, message.qos, bool(message.retain)])


client = mqtt.Client(settings["clientId"], clean_session=True, protocol=mqtt.MQTTv311)
client.username_pw_set(settings["user"], settings["password"])
client.on_connect = on_connect
client.on_subscribe = on_subscribe
client.on_message = on_message
client.on_publish = lambda *_: published.release()
client.connect("127.0.0.1", port, keepalive=30)
client.loop_start()
ready.wait(10)
for qos, payload in settings["messages"]:
    client.publish(settings["upTopic"], payload, qos)
    published.acquire(timeout=10)
    say("published", qos)
sys.stdin.readline()
client.disconnect()
client.loop_stop()
