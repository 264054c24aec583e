// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// Anyone mints.
abstract contract OpenToken is ERC20 {
    constructor() ERC20("Hostile", "HOST") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// Keeps one unit of every transfer.
contract FeeToken is OpenToken {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), 1);
    }
}

/// Calls a chosen contract in the middle of the next transfer, as ERC-777 hooks would.
contract CallingToken is OpenToken {
    address private _target;
    bytes private _data;

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function _update(address from, address to, uint256 amount) internal override {
        address target = _target;
        _target = address(0);
        if (target != address(0)) Address.functionCall(target, _data);
        super._update(from, to, amount);
    }
}

/// Refuses transfers to listed accounts, as USDC does.
contract ListingToken is OpenToken {
    error Listed(address account);

    mapping(address account => bool) public listed;

    function list(address account) external {
        listed[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!listed[to], Listed(to));
        super._update(from, to, amount);
    }
}

/// Refuses all transfers while it is paused, as USDC does.
contract PausingToken is OpenToken {
    error Paused();

    bool public paused;

    function pause(bool on) external {
        paused = on;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!paused, Paused());
        super._update(from, to, amount);
    }
}

/// Moves nothing and says so, instead of reverting.
contract FalseToken is OpenToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// All of that by turns, and `false` instead of a revert. A call in the middle of a transfer may fail: the transfer goes on.
contract MoodyToken is OpenToken {
    enum Mood {
        Honest,
        Fee,
        Calling,
        Listing,
        False
    }

    Mood public mood;
    mapping(address account => bool) public listed;
    /// Calls in the middle of a transfer that went through.
    uint256 public answered;
    address private _target;
    bytes private _data;

    function turn(Mood next) external {
        mood = next;
    }

    function list(address account, bool on) external {
        listed[account] = on;
    }

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function approveFor(address spender) external {
        _approve(address(this), spender, type(uint256).max);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return mood == Mood.False ? false : super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return mood == Mood.False ? false : super.transferFrom(from, to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        bool moved = from != address(0) && to != address(0);
        require(!moved || mood != Mood.Listing || !listed[to], ListingToken.Listed(to));
        if (moved && mood == Mood.Calling) callBack();
        super._update(from, to, amount);
        if (moved && mood == Mood.Fee) super._update(to, address(0), 1);
    }

    /// Once per transfer, not in transfers within it, whatever comes of it.
    function callBack() private {
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, ) = target.call(_data);
        if (done) ++answered;
        _target = target;
    }
}
